import type { QuorumPolicy } from './policy.ts'
import type { QuorumKind } from './policy-kind.ts'

const none: QuorumPolicy = {
  name: 'none',
  replicasRequired: () => 0,
  select: (_replicas, required) => ({ members: null, needed: required }),
}

/**
 * No replica: a write is answered when its source has it, as with asynchronous replication. Nothing is promised, so
 * what a dead source alone wrote may be lost with it.
 */
export const NONE: QuorumKind = {
  name: 'none',
  parameters: [],
  colour: 4,
  promise: 'nothing',
  noPromise: 'that a write survives its source',
  guarantees: [],
  row: {
    k: '0',
    writesGoOnWith: 'the source alone',
    takeOver: 'floor((n-1)/2)+1 replicas',
    waitsFor: 'nobody',
    atFour: '0, none, any 2',
    source: 'asynchronous replication',
  },
  anyReplicas: () => ({ k: 0, because: null }),
  make: () => none,
}
