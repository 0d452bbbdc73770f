/**
 * Something under a process that faults can make worse. Several may do so at once, each by itself: what holds is made of
 * all of them, and is there for the process's next life, too.
 */
export interface Hurtable<Amount, Sight> {
  look(): Promise<Sight>
  /** `by`: whoever does it; the same one ends it. */
  hurt(by: object, amount: Amount): Promise<void>
  /** Does nothing where there is nothing to end. */
  heal(by: object): Promise<void>
}

/** Who does how much now. Changes are carried out one after another. */
export class Amounts<Amount> {
  readonly #amounts = new Map<object, Amount>()
  readonly #carryOut: (amounts: readonly Amount[]) => Promise<void>
  #last: Promise<void> = Promise.resolve()

  /** `carryOut`: makes it so that all of these hold, and nothing else does. */
  constructor(carryOut: (amounts: readonly Amount[]) => Promise<void>) {
    this.#carryOut = carryOut
  }

  get now(): readonly Amount[] {
    return [...this.#amounts.values()]
  }

  set(by: object, amount: Amount): Promise<void> {
    this.#amounts.set(by, amount)
    return this.again()
  }

  async end(by: object): Promise<void> {
    if (this.#amounts.delete(by)) await this.again()
  }

  /** The process is another one. */
  again(): Promise<void> {
    const turn = this.#last.then(() => this.#carryOut(this.now))
    this.#last = turn.catch(() => {})
    return turn
  }
}
