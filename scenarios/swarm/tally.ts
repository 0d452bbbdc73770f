/** What a swarm has seen so far: failures by what they have in common, and what was covered. Order does not matter. */
import type { Failure, SwarmOutcome, Undecided } from './outcome.ts'

export interface FailureGroup {
  readonly check: string
  readonly cause: string
  /** Of the smallest seed. */
  readonly first: { readonly seed: number; readonly failure: Failure }
  readonly count: number
}

/** Of the runs with a kind of fault and an algorithm. */
export interface Covered {
  readonly runs: number
  /** Runs with at least one completed failover. */
  readonly failovers: number
  /** Runs that the quorum rule left without a source. */
  readonly refusals: number
}

const NONE: Covered = { runs: 0, failovers: 0, refusals: 0 }
const NO_FAULT = 'none'

export class Tally {
  seeds = 0
  failing = 0
  undecided = 0
  /** Of all runs. */
  total: Covered = NONE
  readonly #groups = new Map<string, FailureGroup>()
  readonly #covered = new Map<string, Covered>()
  readonly #undecidedFor = new Map<string, { text: string; count: number; seed: number }>()

  add(outcome: SwarmOutcome): void {
    this.seeds++
    this.total = counted(this.total, outcome)
    if (outcome.failures.length > 0) this.failing++
    if (outcome.undecided.length > 0) this.undecided++
    for (const undecided of outcome.undecided) this.#addUndecided(undecided, outcome.seed)
    for (const failure of outcome.failures) this.#addFailure(failure, outcome.seed)
    const verbs = outcome.verbs.length === 0 ? [NO_FAULT] : outcome.verbs
    for (const verb of verbs)
      for (const [family, name] of Object.entries(outcome.algorithms)) {
        const key = JSON.stringify([family, verb, name])
        this.#covered.set(key, counted(this.#covered.get(key) ?? NONE, outcome))
      }
  }

  /** The commonest first. */
  get groups(): readonly FailureGroup[] {
    const name = ({ check, cause }: FailureGroup) => JSON.stringify([check, cause])
    return [...this.#groups.values()].sort(
      (a, b) => b.count - a.count || a.first.seed - b.first.seed || (name(a) < name(b) ? -1 : 1),
    )
  }

  /** Why checks could not decide, the commonest first, each as its smallest seed says it. */
  get undecidedReasons(): readonly { readonly text: string; readonly count: number; readonly seed: number }[] {
    return [...this.#undecidedFor.values()].sort(
      (a, b) => b.count - a.count || a.seed - b.seed || (a.text < b.text ? -1 : 1),
    )
  }

  /** [family, kind of fault, algorithm, numbers], in order of their names. */
  get coverage(): readonly (readonly [string, string, string, Covered])[] {
    return [...this.#covered]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, covered]) => {
        const [family, verb, name] = JSON.parse(key) as [string, string, string]
        return [family, verb, name, covered]
      })
  }

  #addFailure(failure: Failure, seed: number): void {
    const { check, cause } = failure
    const key = JSON.stringify([check, cause])
    const known = this.#groups.get(key)
    const first = known === undefined || seed < known.first.seed ? { seed, failure } : known.first
    this.#groups.set(key, { check, cause, first, count: (known?.count ?? 0) + 1 })
  }

  #addUndecided({ check, cause, detail }: Undecided, seed: number): void {
    const key = JSON.stringify([check, cause])
    const known = this.#undecidedFor.get(key)
    const first = known === undefined || seed < known.seed ? { text: `${check}: ${detail}`, seed } : known
    this.#undecidedFor.set(key, { text: first.text, seed: first.seed, count: (known?.count ?? 0) + 1 })
  }
}

function counted({ runs, failovers, refusals }: Covered, outcome: SwarmOutcome): Covered {
  return {
    runs: runs + 1,
    failovers: failovers + (outcome.failovers > 0 ? 1 : 0),
    refusals: refusals + (outcome.refusal === null ? 0 : 1),
  }
}
