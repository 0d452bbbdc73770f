import type { QuorumPolicy } from './policy.ts'

/**
 * Flexible quorums (Howard, Malkhi, Spiegelman: Flexible Paxos): any t of the n-1 replicas beside the source
 * acknowledge, and in exchange a take-over must read n-t replicas. The baseline for `cabinet`, which promises the same.
 */
export function flexible(failureThreshold: number): QuorumPolicy {
  return {
    name: 'flexible',
    replicasRequired: () => failureThreshold,
    select: (_replicas, required) => ({ members: null, needed: required }),
  }
}
