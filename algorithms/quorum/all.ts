import type { QuorumPolicy } from './policy.ts'
import type { QuorumKind } from './policy-kind.ts'

const all: QuorumPolicy = {
  name: 'all',
  replicasRequired: (nodes) => nodes - 1,
  select: (_replicas, required) => ({ members: null, needed: required }),
}

/** Every replica: one that is away stops every write, and any one that is left knows everything acknowledged. */
export const ALL: QuorumKind = {
  name: 'all',
  parameters: [],
  colour: 6,
  promise: 'every replica holds an acknowledged transaction',
  noPromise: 'any progress while one is away',
  guarantees: ['survives-failover'],
  row: {
    k: 'n-1',
    writesGoOnWith: 'all',
    takeOver: 'floor((n-1)/2)+1 replicas',
    waitsFor: 'the slowest',
    atFour: '3, all 3, any 2',
    source: 'the other extreme of `flexible`',
  },
  anyReplicas: (nodes) => ({ k: nodes - 1, because: null }),
  make: () => all,
}
