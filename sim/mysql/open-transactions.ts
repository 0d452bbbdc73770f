/** Transactions of applications that stay open with locks on every row: whoever wants to write waits until they end. */
export class OpenTransactions {
  readonly #open = new Set<object>()
  readonly #onEnd: () => void

  /** `onEnd`: the last of them is rolled back. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  get any(): boolean {
    return this.#open.size > 0
  }

  begin(): object {
    const transaction = {}
    this.#open.add(transaction)
    return transaction
  }

  has(transaction: object): boolean {
    return this.#open.has(transaction)
  }

  end(transaction: object): void {
    if (this.#open.delete(transaction) && !this.any) this.#onEnd()
  }

  /** Their sessions are killed. */
  endAll(): void {
    for (const transaction of [...this.#open]) this.end(transaction)
  }
}
