/** Tallies and a rule for the schemes that count servers: so many hold it, so many voted. */
import { type PolicyFacts, takesThreshold } from '../policy-facts.ts'
import type { ThresholdRange } from './log.ts'
import type { CommitRule, CommitTally, ElectionTally, QuorumScheme } from './quorum-system.ts'

class CountTally implements CommitTally {
  readonly repliers: number[] = []
  readonly #leader: number
  readonly #counted: Uint8Array
  readonly #needed: number
  #count = 0

  constructor(nodes: number, leader: number, needed: number) {
    this.#counted = new Uint8Array(nodes)
    this.#leader = leader
    this.#needed = needed
  }

  add(node: number): 'won' | 'pending' {
    if (this.#counted[node] === 0) {
      this.#counted[node] = 1
      this.#count++
      if (node !== this.#leader) this.repliers.push(node)
    }
    return this.#count >= this.#needed ? 'won' : 'pending'
  }
}

export class VoteCount implements ElectionTally {
  readonly #answered: Uint8Array
  readonly #needed: number
  #granted = 0
  #open: number

  constructor(nodes: number, needed: number) {
    this.#answered = new Uint8Array(nodes)
    this.#needed = needed
    this.#open = nodes
  }

  vote(node: number, verdict: 'granted' | 'refused'): 'won' | 'pending' | 'lost' {
    if (this.#answered[node] === 0) {
      this.#answered[node] = 1
      this.#open--
      if (verdict === 'granted') this.#granted++
    }
    if (this.#granted >= this.#needed) return 'won'
    return this.#granted + this.#open < this.#needed ? 'lost' : 'pending'
  }
}

/** A scheme that counts: `commit` and `elect` say how many, leader and candidate included. */
export function countingScheme(
  kind: PolicyFacts,
  nodes: number,
  commit: (thresholds: ThresholdRange) => number,
  elect: (thresholds: ThresholdRange) => number,
): QuorumScheme {
  return {
    name: kind.name,
    takesThreshold: takesThreshold(kind),
    reign: (leader) => new CountRule(nodes, leader, commit),
    election: (thresholds) => new VoteCount(nodes, elect(thresholds)),
    fewest: commit,
  }
}

class CountRule implements CommitRule {
  readonly #nodes: number
  readonly #leader: number
  readonly #needed: (thresholds: ThresholdRange) => number
  #last: readonly number[] = []

  constructor(nodes: number, leader: number, needed: (thresholds: ThresholdRange) => number) {
    this.#nodes = nodes
    this.#leader = leader
    this.#needed = needed
  }

  begin(thresholds: ThresholdRange): CommitTally {
    return new CountTally(this.#nodes, this.#leader, this.#needed(thresholds))
  }

  settle(repliers: readonly number[]): void {
    this.#last = repliers
  }

  weightOf(_node: number): number {
    return 0
  }

  ranking(): readonly number[] {
    return repliersFirst(this.#nodes, this.#leader, this.#last)
  }

  weights(): null {
    return null
  }
}

/** The leader, then `repliers`, then the others by number. */
export function repliersFirst(nodes: number, leader: number, repliers: readonly number[]): readonly number[] {
  const front = new Set([leader, ...repliers])
  const rest = Array.from({ length: nodes }, (_, node) => node).filter((node) => !front.has(node))
  return [...front, ...rest]
}
