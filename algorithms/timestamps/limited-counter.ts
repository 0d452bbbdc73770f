/**
 * A counter that outlives its process although most of its steps touch no disk: a number may be given out only when it
 * is at or below a `limit` that is on disk already, and a restarted counter goes on above that limit. So one write
 * covers many numbers, and a crash skips what was covered and not given out. Written ahead of need, the limit is hardly
 * ever waited for (Li et al., PVLDB 17(5):994-1006, section 4, and their code).
 *
 * Pure: whoever owns it writes `wanted()` to disk and says so with `extended()`.
 */
export class LimitedCounter {
  readonly #reserve: number
  #counter: number
  #limit: number

  /** `durableLimit`: the highest limit found on disk; null at the very first start. `reserve`: numbers per write. */
  constructor(durableLimit: number | null, reserve: number) {
    this.#reserve = reserve
    this.#limit = durableLimit ?? 0
    this.#counter = durableLimit === null ? 0 : durableLimit + 1
  }

  /** The next number, above everything it ever gave and above `floor`. It may go out once it is covered. */
  advance(floor: number): number {
    this.#counter = Math.max(this.#counter, floor) + 1
    return this.#counter
  }

  covers(counter: number): boolean {
    return counter <= this.#limit
  }

  /** The limit to write next, one at a time; null while more than half of the reserve is left. */
  wanted(): number | null {
    return this.#counter + this.#reserve / 2 > this.#limit ? this.#counter + this.#reserve : null
  }

  /** `limit` is on disk. */
  extended(limit: number): void {
    this.#limit = Math.max(this.#limit, limit)
  }
}
