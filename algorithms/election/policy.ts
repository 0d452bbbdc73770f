import type { ReplicaView } from '../quorum/policy.ts'
import type { RankedCandidate } from '../trace.ts'

/** A pure opinion on who should lead. Safety never depends on it: the failover procedure makes any choice safe. */
export interface ElectionPolicy {
  readonly name: string
  /** Best first; a total order, so that the same views give the same ranking everywhere. */
  rank(candidates: readonly ReplicaView[]): RankedCandidate[]
}

/** Sort by score, ties to the lowest member. */
export function rankBy(
  candidates: readonly ReplicaView[],
  score: (candidate: ReplicaView) => number,
  reason: (candidate: ReplicaView) => string,
): RankedCandidate[] {
  return [...candidates]
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((a, b) => b.score - a.score || a.candidate.member - b.candidate.member)
    .map(({ candidate, score }) => ({ node: candidate.node, score, reason: reason(candidate) }))
}
