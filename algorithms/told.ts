/**
 * What a server said of itself when the connection was opened that a client's statement has travelled on. It holds for as
 * long as the connection does: no connection outlives its server, and a fence cuts all of them.
 */
export interface Told {
  /** The newest epoch that it had promised. */
  readonly promised: number
  /** For how many receipts each of its commits waits, at least; 0: for none, or nobody asked. */
  readonly receipts: number
}

export const NOTHING_TOLD: Told = { promised: 0, receipts: 0 }
