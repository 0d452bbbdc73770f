import type { QuorumPolicy } from './policy.ts'
import type { QuorumKind } from './policy-kind.ts'

const majority: QuorumPolicy = {
  name: 'majority',
  replicasRequired: (nodes) => Math.floor(nodes / 2),
  select: (_replicas, required) => ({ members: null, needed: required }),
}

/** Any floor(n/2) replicas: with the source, a majority of the n configured servers. */
export const MAJORITY: QuorumKind = {
  name: 'majority',
  parameters: [],
  colour: 2,
  promise: 'any floor(n/2) replicas hold an acknowledged transaction',
  noPromise: 'that the fastest are waited for and nobody else',
  guarantees: ['survives-failover'],
  row: {
    k: 'floor(n/2)',
    writesGoOnWith: 'k replicas',
    takeOver: 'floor(n/2)+1 replicas for odd n, n/2 for even',
    waitsFor: 'the k-th fastest',
    atFour: '2, any 2, any 2',
    source: 'MySQL practice, Raft',
  },
  anyReplicas: (nodes) => ({ k: majority.replicasRequired(nodes), because: null }),
  make: () => majority,
}
