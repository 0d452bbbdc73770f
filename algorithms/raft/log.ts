/** A server's log in memory. Indices begin at 1; index 0 stands for the empty beginning, of term 0. */
import type { Entry } from './message.ts'

/** The smallest and the largest failure threshold that may be in force: two while a change is not committed. */
export interface ThresholdRange {
  readonly least: number
  readonly most: number
}

export class RaftLog {
  readonly #entries: Entry[]
  /** Every threshold the log sets, ascending by index; the first is the configured one, at index 0. */
  readonly #thresholds: { readonly index: number; readonly value: number }[]

  constructor(entries: readonly Entry[], failureThreshold: number) {
    this.#entries = []
    this.#thresholds = [{ index: 0, value: failureThreshold }]
    for (const entry of entries) this.append(entry)
  }

  get lastIndex(): number {
    return this.#entries.length
  }

  get lastTerm(): number {
    return this.termAt(this.#entries.length)
  }

  /** NaN beyond the end: equal to no term. */
  termAt(index: number): number {
    if (index === 0) return 0
    return index <= this.#entries.length ? this.#entries[index - 1]!.term : Number.NaN
  }

  entryAt(index: number): Entry {
    const entry = this.#entries[index - 1]
    if (entry === undefined) throw new Error(`assertion: the log has no entry ${index}`)
    return entry
  }

  /** From `first`, at most `count`. */
  slice(first: number, count: number): readonly Entry[] {
    return this.#entries.slice(first - 1, first - 1 + count)
  }

  append(entry: Entry): void {
    this.#entries.push(entry)
    if (entry.kind === 'threshold')
      this.#thresholds.push({ index: this.#entries.length, value: entry.failureThreshold })
  }

  /** `index` and everything behind it goes. */
  truncateFrom(index: number): void {
    this.#entries.length = index - 1
    while (this.#thresholds.at(-1)!.index >= index) this.#thresholds.pop()
  }

  /** The first index of the term that `index` belongs to: where a leader may try next after a mismatch. */
  firstOfTerm(index: number): number {
    const term = this.termAt(index)
    let first = index
    while (first > 1 && this.termAt(first - 1) === term) first--
    return first
  }

  /** Is a change of the threshold in the log that is not known to be committed? */
  isThresholdChanging(commitIndex: number): boolean {
    return this.#thresholds.at(-1)!.index > commitIndex
  }

  /** Over the last committed threshold and all that came after it. */
  thresholds(commitIndex: number): ThresholdRange {
    const all = this.#thresholds
    let at = all.length - 1
    let least = all[at]!.value
    let most = least
    while (all[at]!.index > commitIndex) {
      const { value } = all[--at]!
      if (value < least) least = value
      if (value > most) most = value
    }
    return { least, most }
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }
}
