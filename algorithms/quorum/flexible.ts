import type { PolicySettings } from '../policy-facts.ts'
import type { QuorumPolicy } from './policy.ts'
import type { QuorumKind } from './policy-kind.ts'

function flexible({ failureThreshold }: PolicySettings): QuorumPolicy {
  return {
    name: 'flexible',
    replicasRequired: () => failureThreshold,
    select: (_replicas, required) => ({ members: null, needed: required }),
  }
}

/**
 * Flexible quorums (Howard, Malkhi, Spiegelman: Flexible Paxos): any t of the n-1 replicas beside the source
 * acknowledge, and in exchange a take-over must read n-t replicas. The baseline for `cabinet`, which promises the same.
 */
export const FLEXIBLE: QuorumKind = {
  name: 'flexible',
  parameters: ['failureThreshold'],
  colour: 0,
  promise: 'any t replicas hold an acknowledged transaction',
  noPromise: 'a take-over with fewer than n-t replicas',
  guarantees: ['survives-failover'],
  row: {
    k: 't',
    writesGoOnWith: 't replicas',
    takeOver: 'n-t replicas',
    waitsFor: 'the t-th fastest',
    atFour: '1, any 1, all 3',
    source: 'Howard, Malkhi, Spiegelman, arXiv 1608.06696',
  },
  anyReplicas: (nodes, { failureThreshold: k }) => (k >= 1 && k < nodes ? { k, because: null } : null),
  make: flexible,
}
