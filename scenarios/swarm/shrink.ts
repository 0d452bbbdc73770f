/**
 * From a scenario that fails a check to the simplest one that still fails it. Greedy: the first simplification that
 * still fails is taken, until none is left or the runs are used up. Deterministic, and it ends, because every scenario
 * taken costs less than the one before.
 *
 * A change of anything moves every moment of a run, so a scenario that needs a coincidence would seem to need every
 * part of itself. A candidate is therefore tried under a few seeds, and the first that fails stays.
 */
import type { Written } from '../file/written.ts'
import { costOf } from './cost.ts'
import { SIMPLIFICATIONS } from './simpler.ts'

export interface Failing {
  readonly written: Written
  readonly seed: number
}

interface ShrinkOptions {
  /** Does it fail the check? What is no valid scenario does not. */
  readonly fails: (candidate: Failing) => boolean
  /** At most so many calls of `fails`. */
  readonly limit: number
  readonly onProgress?: (runs: number, best: Failing) => void
  readonly shouldStop?: () => boolean
}

export interface Shrunk extends Failing {
  readonly runs: number
  /** Nothing simpler of what was proposed fails; false when runs were used up or it was told to stop. */
  readonly minimal: boolean
}

/** Beside the seed that fails already. */
const OTHER_SEEDS = [1, 2, 3]

/** `start` must fail. */
export function shrink(start: Failing, check: string, options: ShrinkOptions): Shrunk {
  const search = new Search(start, check, options)
  search.run()
  return { ...search.best, runs: search.runs, minimal: !search.isOver }
}

class Search {
  best: Failing
  runs = 0
  isOver = false
  readonly #check: string
  readonly #options: ShrinkOptions
  readonly #tried = new Set<string>()

  constructor(start: Failing, check: string, options: ShrinkOptions) {
    this.best = start
    this.#check = check
    this.#options = options
  }

  run(): void {
    for (let changed = true; changed && !this.isOver; ) {
      changed = false
      for (const simplify of SIMPLIFICATIONS)
        while (this.#takeOne(simplify(this.best.written, this.#check))) changed = true
    }
  }

  /** Takes the first proposal that is simpler and still fails. */
  #takeOne(proposals: Iterable<Written>): boolean {
    const cost = costOf(this.best.written)
    for (const proposal of proposals) {
      if (this.isOver) return false
      if (costOf(proposal) >= cost) continue
      const key = JSON.stringify(proposal)
      if (this.#tried.has(key)) continue
      this.#tried.add(key)
      const failing = this.#failing(proposal)
      if (failing === null) continue
      this.best = failing
      this.#options.onProgress?.(this.runs, failing)
      return true
    }
    return false
  }

  #failing(proposal: Written): Failing | null {
    const seeds = [this.best.seed, ...OTHER_SEEDS.filter((seed) => seed !== this.best.seed)]
    for (const seed of seeds) {
      if (this.runs >= this.#options.limit || this.#options.shouldStop?.() === true) {
        this.isOver = true
        return null
      }
      this.runs++
      const candidate = { written: { ...proposal, seed }, seed }
      if (this.#options.fails(candidate)) return candidate
    }
    return null
  }
}
