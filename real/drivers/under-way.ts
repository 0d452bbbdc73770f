/** Work that whoever stops a cluster has to see the end of, so that nothing is started behind its back. */
export class UnderWay {
  readonly #over: AbortSignal
  readonly #works = new Set<Promise<unknown>>()

  /** `over`: nothing new begins. */
  constructor(over: AbortSignal) {
    this.#over = over
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#over.throwIfAborted()
    const promise = work()
    this.#works.add(promise)
    try {
      return await promise
    } finally {
      this.#works.delete(promise)
    }
  }

  /** Settles when none is left of those that have begun, whatever became of them. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#works)
  }
}
