/**
 * Several statements on one connection, each chosen when the one before it has been answered: a generator that yields
 * what to send and gets what came back. An error of the server is such an answer; only a lost connection, or a deadline
 * that passes, ends the exchange from outside.
 */
import type { Outcome } from '../../algorithms/servers.ts'
import type { SqlValue } from '../../algorithms/statements.ts'

/** With parameters it is prepared, and they never become text; without it is sent as it stands. */
export interface Step {
  readonly text: string
  readonly parameters: readonly SqlValue[]
  /** Goes in front of it in one message: a round trip less for what has no answer but that it is done. Empty: nothing. */
  readonly ahead: string
}

export interface StepAnswer {
  /** The server's refusal; null: it was done. */
  readonly error: ServerError | null
  /** mysql2's: rows as lists, or a header (`ChangeHeader`) of a statement that shows none. */
  readonly result: unknown
  /** Of the rows. */
  readonly columns: readonly string[]
}

export interface ServerError {
  readonly errno: number
  readonly sqlState: string
  readonly message: string
}

/** What mysql2 says of a statement without rows. */
export interface ChangeHeader {
  readonly affectedRows: number
  readonly insertId: number | string
  readonly stateChanges?: { readonly gtids: readonly string[] }
}

export type Exchange<T> = Generator<Step, Outcome<T>, StepAnswer>

export function step(text: string, parameters: readonly SqlValue[] = [], ahead = ''): Step {
  return { text, parameters, ahead }
}
