/** What STRONG writes waited, from the source's statement to their quorum, since it was last taken. */
export class CommitDelays {
  #count = 0
  #sumUs = 0

  add(delayUs: number): void {
    this.#count++
    this.#sumUs += delayUs
  }

  /** Their mean in milliseconds; null: there were none. */
  takeMs(): number | null {
    const mean = this.#count === 0 ? null : this.#sumUs / this.#count / 1000
    this.#count = this.#sumUs = 0
    return mean
  }
}
