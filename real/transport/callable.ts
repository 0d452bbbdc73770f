/**
 * How the real world reaches one server, whatever stands behind it: a MySQL server, a child process over TCP, a file,
 * the parent process. One method, so that `real/world.ts` is a table of names.
 */
import type { Outcome } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'

export interface Callable {
  /**
   * Sends `request`; `done` is called once with the outcome, at the latest after `deadlineUs` (later only where the
   * contract says that a call is never abandoned), and not at all after `abandon()`. May be called synchronously:
   * the world puts a turn in between.
   */
  call(request: { readonly kind: string }, deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending
  close(): void
}

export const NOTHING_PENDING: Pending = { abandon() {} }
