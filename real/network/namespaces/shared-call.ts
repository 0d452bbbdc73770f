/** Many may ask at once for what one call does: whoever asks before it begins is served by it. One call at a time. */
export class SharedCall<T> {
  readonly #call: () => Promise<T>
  /** Not begun yet. */
  #next: Promise<T> | null = null
  /** Never rejects. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(call: () => Promise<T>) {
    this.#call = call
  }

  ask(): Promise<T> {
    if (this.#next !== null) return this.#next
    const next = this.#last.then(() => {
      this.#next = null
      return this.#call()
    })
    this.#next = next
    this.#last = next.catch(() => {})
    return next
  }

  /** Everything that was asked for so far is over. */
  async over(): Promise<void> {
    await this.#last
  }
}
