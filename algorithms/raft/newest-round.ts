/** Cabinet: "a follower rejects an older weight clock". What was overtaken by a newer round of its reign is dropped. */
export class NewestRound {
  #term = 0
  #round = 0

  /** Is this the newest round heard of, or the same again? */
  admits(term: number, round: number): boolean {
    if (term === this.#term && round < this.#round) return false
    this.#term = term
    this.#round = round
    return true
  }
}
