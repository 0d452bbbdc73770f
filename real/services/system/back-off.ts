/**
 * When a process that ended by itself is started again: at once the first time, because a system should not be hurt
 * by one kill, then later and later, because what ends again and again has a reason that haste does not mend.
 */
const FIRST_DELAY_MS = 100
const LARGEST_DELAY_MS = 10_000
/** Ends in a row, after which it is given up: some half a minute of attempts. */
const LIMIT = 8
/** One that has run for so long has recovered, and its earlier ends count no more. */
const RECOVERED_MS = 20_000

export class BackOff {
  #ends = 0

  /** `ranMs`: how long it had run. Milliseconds until the next attempt; null: no more of them. */
  next(ranMs: number): number | null {
    if (ranMs >= RECOVERED_MS) this.#ends = 0
    this.#ends++
    return this.#ends > LIMIT ? null : Math.min(LARGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#ends - 1))
  }

  /** Somebody wants it up again. */
  reset(): void {
    this.#ends = 0
  }

  get ends(): number {
    return this.#ends
  }
}
