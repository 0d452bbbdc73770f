import type { PolicyFacts } from '../policy-facts.ts'
import type { ReplicaView } from '../quorum/policy.ts'
import type { RankedCandidate } from '../trace.ts'
import type { SeerDecision, SeerOptions } from './seer/seer.ts'

/** Who may lead, and what there is to judge by. */
export interface Candidate extends ReplicaView {
  /** Drawn for this election, in [0, 1): policies are pure, so chance comes to them as data. */
  readonly draw: number
  /** The commit delay that clients would see if it led; null where nobody can know it (outside of the simulator). */
  readonly trueDelayUs: number | null
}

/** A pure opinion on who should lead. Safety never depends on it: the failover procedure makes any choice safe. */
export interface ElectionPolicy {
  readonly name: string
  /** Best first; a total order, so that the same candidates give the same ranking everywhere. */
  rank(candidates: readonly Candidate[]): RankedCandidate[]
  /** Has a policy that also watches a healthy source and proposes moves. */
  readonly adviser?: Adviser
}

/** Told what is seen, asked whether the leader should move. Feature vectors may have any length; delays are milliseconds. */
export interface Adviser {
  observe(candidate: string, features: readonly number[]): void
  sample(leader: string, features: readonly number[], delays: readonly number[]): void
  decide(nowUs: number, leader: string, eligible: readonly string[]): SeerDecision
}

/** What a policy is made from. One is made for each coordinator, because some remember. */
export interface ElectionSetup {
  readonly seer: SeerOptions
}

export type ElectionFactory = (setup: ElectionSetup) => ElectionPolicy

/** An election policy as scenarios name it. */
export interface ElectionKind extends PolicyFacts {
  /** Knows what nobody can measure: exists in the simulator only, and has an opinion only there. */
  readonly isClairvoyant: boolean
  /** Learns from what it is fed while it decides: the mapping `seer:` is for it, and undecided it has no opinion. */
  readonly learns: boolean
  /** May it say who is to lead a Raft group? */
  readonly leadsRaft: boolean
  /** Its row in the table of algorithms/README.md. */
  readonly row: { readonly ranksBy: string; readonly costs: string; readonly source: string }
  make: ElectionFactory
}

/** Sort by score, ties to the lowest member. */
export function rankBy(
  candidates: readonly Candidate[],
  score: (candidate: Candidate) => number,
  reason: (candidate: Candidate) => string,
): RankedCandidate[] {
  return [...candidates]
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((a, b) => b.score - a.score || a.candidate.member - b.candidate.member)
    .map(({ candidate, score }) => ({ node: candidate.node, score, reason: reason(candidate) }))
}

/** Whoever does not answer comes last, whatever else is known of it. */
export const UNHEALTHY_SCORE = -1e9
