/**
 * What one input makes a server do, for its host to carry out. The order matters: `write` first; every message but an
 * `append` waits until that write, and all before it, are durable (a leader may send while it writes: thesis 10.2.1).
 */
import type { DurableWrite, Entry, Message } from './message.ts'

/** A round that was committed. */
export interface FinishedRound {
  readonly round: number
  readonly beganUs: number
  /** Followers whose replies were counted until it was won, in the order of their replies. */
  readonly repliers: readonly number[]
  readonly entries: number
  readonly reads: number
}

export type RoleChange =
  | { readonly kind: 'campaign'; readonly term: number; readonly reason: string }
  /** `lastIndex`: what the new leader's log held before its own first entry. */
  | { readonly kind: 'elected'; readonly term: number; readonly lastIndex: number }
  | { readonly kind: 'stepped-down'; readonly term: number; readonly reason: string }

const NO_ENTRIES: readonly Entry[] = []

export class Output {
  messages: Message[] = []
  rounds: FinishedRound[] = []
  changes: RoleChange[] = []
  /** Reads (by the tokens they came with) that may be answered from everything up to the commit index. */
  reads: number[] = []
  /** Operations that this server will certainly not append: they may be tried elsewhere. */
  refusedOps: number[] = []
  refusedReads: number[] = []
  #fromIndex = 0
  #entries: readonly Entry[] = NO_ENTRIES

  /** The log from `fromIndex` on is now `entries`. Twice in one input only where the second continues the first. */
  writeEntries(fromIndex: number, entries: readonly Entry[]): void {
    if (this.#entries.length === 0) {
      this.#fromIndex = fromIndex
      this.#entries = entries
    } else if (fromIndex === this.#fromIndex + this.#entries.length) this.#entries = [...this.#entries, ...entries]
    else throw new Error(`assertion: entries from ${fromIndex} do not follow those from ${this.#fromIndex}`)
  }

  /** What is to become durable, with this term and vote; null when nothing changed. */
  takeWrite(term: number, votedFor: number, changed: boolean): DurableWrite | null {
    if (!changed && this.#entries.length === 0) return null
    const write = { term, votedFor, fromIndex: this.#fromIndex, entries: this.#entries }
    this.#entries = NO_ENTRIES
    return write
  }
}
