/**
 * The primitives a world supplies to the fiber runtime. There are five, and no others: whatever a procedure does to
 * the outside is one of them. (A sixth reading, `wallClock`, is for what is about wall clocks: hybrid timestamps.) `sim/world.ts` and `real/world.ts` implement this interface.
 */
import type { Outcome, Requests, Server } from './servers.ts'
import type { TraceFact } from './trace.ts'

/** Who waits for a primitive. The world calls `resume` at most once, never from inside the call that began the wait. */
export interface Waiter<T> {
  resume(value: T): void
}

/** A begun wait. After `abandon()` the waiter is never resumed: a late reply is dropped. */
export interface Pending {
  abandon(): void
}

export interface World {
  /** Integer microseconds; monotonic; one origin for every process of a run. */
  now(): number
  /**
   * Microseconds since 2020 began (UTC), as the process's machine believes: clocks of different machines differ, and
   * may be set back. Below 2^49 for decades, so that a few bits may be added to it exactly.
   */
  wallClock(): number
  /** Next draw of the named stream, in [0, 1). Streams are independent and forked from the run's one seed. */
  random(stream: string): number
  emit(process: string, fact: TraceFact): void
  sleep(process: string, durationUs: number, waiter: Waiter<undefined>): Pending
  /**
   * Send `request` from `process` to `server`. Resumes with `unknown` at `deadlineUs` (a duration) at the latest, or
   * `failed` where nothing can have happened. Abandoning drops the reply; in the real world a connection with a
   * statement in flight is destroyed. `administer` requests are never abandoned by the runtime.
   */
  call<R extends Requests>(
    process: string,
    server: Server<R>,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending
}
