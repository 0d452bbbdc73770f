/**
 * All mistakes of one file. Each part is read in an attempt of its own: what it refuses is kept, and the others are read
 * all the same. Whoever mends a file then mends it once, and not once for each mistake.
 */
import { ScenarioError } from './errors.ts'

export class Mistakes {
  readonly #found: ScenarioError[] = []

  get some(): boolean {
    return this.#found.length > 0
  }

  add(...errors: readonly ScenarioError[]): void {
    this.#found.push(...errors)
  }

  /** Null: refused, and kept. Anything else that is thrown goes on. */
  attempt<T>(read: () => T): T | null {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      this.#found.push(error)
      return null
    }
  }

  /** In the order of the file. There must be some. */
  throwAll(): never {
    throw ScenarioError.ofAll(
      this.#found.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
    )
  }
}
