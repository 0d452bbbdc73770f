/** First in, first out, in a ring that is used again and again: an array's `shift` and `splice` make new ones all the time. */
export class Fifo<T> {
  #items: (T | undefined)[] = new Array<T | undefined>(16).fill(undefined)
  #first = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow()
    this.#items[(this.#first + this.#length++) & (this.#items.length - 1)] = item
  }

  /** The oldest; there must be one. */
  shift(): T {
    if (this.#length === 0) throw new Error('assertion: nothing is in the queue')
    const item = this.#items[this.#first]!
    this.#items[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#items.length - 1)
    this.#length--
    return item
  }

  /** The one that came `index` places after the oldest. */
  at(index: number): T {
    if (index < 0 || index >= this.#length) throw new Error(`assertion: the queue has no place ${index}`)
    return this.#items[(this.#first + index) & (this.#items.length - 1)]!
  }

  /** Drops the newest until `length` are left. */
  truncate(length: number): void {
    while (this.#length > length) this.#items[(this.#first + --this.#length) & (this.#items.length - 1)] = undefined
  }

  toArray(): T[] {
    return Array.from({ length: this.#length }, (_, index) => this.at(index))
  }

  #grow(): void {
    const items = this.toArray() as (T | undefined)[]
    this.#items = items.concat(new Array<undefined>(items.length).fill(undefined))
    this.#first = 0
  }
}
