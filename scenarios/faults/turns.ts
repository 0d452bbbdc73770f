/** One action after another for each process, different processes at once: whoever comes first goes first. */
import type { Later } from './later.ts'

interface Waiting {
  readonly names: readonly string[]
  readonly resume: () => void
}

export class Turns {
  readonly #taken = new Set<string>()
  readonly #waiting: Waiting[] = []

  /** Until nobody has any of them; given back by `give`. */
  take(names: readonly string[]): Later<void> {
    return (resume) => {
      this.#waiting.push({ names, resume: () => resume() })
      this.#next()
    }
  }

  give(names: readonly string[]): void {
    for (const name of names) this.#taken.delete(name)
    this.#next()
  }

  #next(): void {
    const wanted = new Set(this.#taken)
    for (const waiting of [...this.#waiting]) {
      const isFree = !waiting.names.some((name) => wanted.has(name))
      for (const name of waiting.names) wanted.add(name)
      if (!isFree || !this.#waiting.includes(waiting)) continue
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      for (const name of waiting.names) this.#taken.add(name)
      waiting.resume()
    }
  }
}
