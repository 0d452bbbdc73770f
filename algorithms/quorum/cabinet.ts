/**
 * Cabinet on a source with replicas (Zhang et al., PVLDB 18(5):1439-1452). The source holds the top weight; a write is
 * acknowledged when the weight of those that hold it exceeds the threshold; after each round the replicas are re-ranked
 * by the order in which they acknowledged (`weighted-rounds.ts`).
 *
 * Every set above the threshold has at least t+1 servers, the source among them: t replicas. So k = t, exactly as under
 * `flexible`, and a take-over reads n-t replicas. The weights choose *which* t replicas a write waits for.
 */
import type { QuorumPolicy } from './policy.ts'
import { weightsOf } from './weights.ts'

export function cabinet(failureThreshold: number, ratio: number | 'largest'): QuorumPolicy {
  return {
    name: 'cabinet',
    replicasRequired: () => failureThreshold,
    select: (_replicas, required) => ({ members: null, needed: required }),
    weigh: (nodes) => weightsOf(nodes, failureThreshold, ratio),
  }
}
