/**
 * Cabinet (Zhang et al., PVLDB 18(5):1439-1452, arXiv 2503.08914) as a quorum scheme for Raft. A round is committed
 * when the weight of those who hold it is strictly above half of the total; then those who replied, in the order of
 * their replies, get the next highest weights behind the leader's (the weight clock). Leaders are elected by count, n-t.
 *
 * Every set above the threshold has at least t+1 servers, so safety is that of `flexible`; the weights decide *which*
 * t+1 servers suffice, and a round that misses some of them needs more than t+1.
 */
import { takesThreshold } from '../policy-facts.ts'
import { isAgreement, rankingOf, rerank, type WeightScheme, weightsByMember, weightsOf } from '../quorum/weights.ts'
import type { QuorumWeights } from '../trace.ts'
import { VoteCount } from './counting.ts'
import type { ThresholdRange } from './log.ts'
import type { CommitRule, CommitTally, QuorumScheme } from './quorum-system.ts'
import type { RaftQuorumKind } from './scheme-kind.ts'

export const RAFT_CABINET: RaftQuorumKind = {
  name: 'cabinet',
  parameters: ['failureThreshold', 'weightRatio'],
  colour: 1,
  promise: 'servers above half of the weight hold what is committed, at least t+1 of them',
  noPromise: 'a leader with fewer than n-t votes; a gain where no server is lastingly faster',
  guarantees: ['survives-failover'],
  row: {
    commitsWith: 'weight above half of the total; at least t+1 servers',
    electsWith: 'n-t, by count',
    promises: 'safety of `flexible`; which t+1 suffice follows the reply order',
    costs: 'a round that misses heavy servers needs more than t+1',
    source: 'Zhang et al., PVLDB 18(5)',
  },
  make: ({ nodes, weightRatio }) => cabinetScheme(nodes, weightRatio),
}

/** `ratio`: the largest feasible one unless another is named. */
export function cabinetScheme(nodes: number, ratio: number | 'largest' = 'largest'): QuorumScheme {
  const schemes = new Map<number, WeightScheme>()
  const weights = (failureThreshold: number) => {
    let scheme = schemes.get(failureThreshold)
    if (scheme === undefined) schemes.set(failureThreshold, (scheme = weightsOf(nodes, failureThreshold, ratio)))
    return scheme
  }
  return {
    name: RAFT_CABINET.name,
    takesThreshold: takesThreshold(RAFT_CABINET),
    reign: (leader) => new WeightClock(nodes, leader, weights),
    election: ({ least }) => new VoteCount(nodes, nodes - least),
    fewest: ({ most }) => most + 1,
  }
}

class WeightClock implements CommitRule {
  readonly #weights: (failureThreshold: number) => WeightScheme
  #ranking: readonly number[]
  #scheme: WeightScheme | null = null
  /** Rounds that moved the weights. */
  #clock = 0
  /** By server, for the present ranking; null: to be computed. */
  #byServer: readonly number[] | null = null

  constructor(nodes: number, leader: number, weights: (failureThreshold: number) => WeightScheme) {
    const servers = Array.from({ length: nodes }, (_, node) => node)
    this.#ranking = rankingOf(leader, servers)
    this.#weights = weights
  }

  begin({ most }: ThresholdRange): CommitTally {
    const scheme = this.#weights(most)
    if (scheme !== this.#scheme) {
      this.#scheme = scheme
      this.#byServer = null
    }
    this.#byServer ??= weightsByMember(scheme, this.#ranking)
    return new WeightTally(scheme, this.#byServer, this.#ranking[0]!)
  }

  settle(repliers: readonly number[]): void {
    this.#clock++
    this.#ranking = rerank(this.#ranking, repliers)
    this.#byServer = null
  }

  weightOf(node: number): number {
    return this.#byServer?.[node] ?? 0
  }

  ranking(): readonly number[] {
    return this.#ranking
  }

  weights(): QuorumWeights | null {
    if (this.#scheme === null) return null
    return { clock: this.#clock, each: this.#scheme.weights, threshold: this.#scheme.threshold }
  }
}

class WeightTally implements CommitTally {
  readonly repliers: number[] = []
  readonly #scheme: WeightScheme
  readonly #weights: readonly number[]
  readonly #leader: number
  readonly #counted: Uint8Array
  #sum = 0

  constructor(scheme: WeightScheme, weights: readonly number[], leader: number) {
    this.#scheme = scheme
    this.#weights = weights
    this.#leader = leader
    this.#counted = new Uint8Array(weights.length)
  }

  add(node: number): 'won' | 'pending' {
    if (this.#counted[node] === 0) {
      this.#counted[node] = 1
      this.#sum += this.#weights[node]!
      if (node !== this.#leader) this.repliers.push(node)
    }
    return isAgreement(this.#scheme, this.#sum) ? 'won' : 'pending'
  }
}
