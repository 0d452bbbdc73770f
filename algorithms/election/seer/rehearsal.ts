/**
 * What a replica's model learns from: the samples since the last fit, and as many older ones, so that it neither
 * forgets what it knew (rehearsal) nor drowns what is new in what was. No chance: older ones are taken at even steps.
 */
import type { Sample } from './delay-model.ts'

/** The paper's limit for one fit. */
export const MAX_FIT_SAMPLES = 250
/** Older samples kept; beyond this every second one is dropped. */
const MAX_KEPT = 1_000

export class Rehearsal {
  #old: Sample[] = []
  #fresh: Sample[] = []

  get freshCount(): number {
    return this.#fresh.length
  }

  add(sample: Sample): void {
    this.#fresh.push(sample)
  }

  /** Old and new, one to one, at most MAX_FIT_SAMPLES; what was new is old from now on. Empty: nothing new to learn from. */
  take(): Sample[] {
    const fresh = evenly(this.#fresh, MAX_FIT_SAMPLES / 2)
    const taken = [...evenly(this.#old, fresh.length), ...fresh]
    for (const sample of this.#fresh) this.#old.push(sample)
    if (this.#old.length > MAX_KEPT) this.#old = this.#old.filter((_, i) => i % 2 === 1)
    this.#fresh = []
    return taken
  }
}

/** At most `count` of them, at even steps, the last one always among them. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.ceil(((i + 1) * items.length) / count) - 1]!)
}
