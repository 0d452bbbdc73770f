import type { QuorumPolicy } from './policy.ts'

/**
 * No replica: a write is answered when its source has it, as with asynchronous replication. Nothing is promised, so
 * what a dead source alone wrote may be lost with it.
 */
export const none: QuorumPolicy = {
  name: 'none',
  replicasRequired: () => 0,
  select: (_replicas, required) => ({ members: null, needed: required }),
}
