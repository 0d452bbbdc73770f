/** Draws of the kinds that a swarm needs, all from one named stream. */
import type { RandomStream } from '../chance/random.ts'

export class Chance {
  readonly #stream: RandomStream

  constructor(stream: RandomStream) {
    this.#stream = stream
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor(this.#stream.uniform() * n)
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(Math.max(0, high - low) + 1)
  }

  happens(probability: number): boolean {
    return this.#stream.uniform() < probability
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('assertion: nothing to pick from')
    return items[this.below(items.length)]!
  }

  /** `count` of the items, or all, in a random order. */
  some<T>(items: readonly T[], count: number): T[] {
    const left = [...items]
    return Array.from({ length: Math.min(count, items.length) }, () => left.splice(this.below(left.length), 1)[0]!)
  }

  /** Each item as often as its weight says. */
  weighted<T>(items: readonly (readonly [T, number])[]): T {
    const sum = items.reduce((total, [, weight]) => total + weight, 0)
    let rest = this.#stream.uniform() * sum
    for (const [item, weight] of items) {
      rest -= weight
      if (rest < 0) return item
    }
    return items.at(-1)![0]
  }
}
