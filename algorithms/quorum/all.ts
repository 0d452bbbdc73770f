import type { QuorumPolicy } from './policy.ts'

/** Every replica: one that is away stops every write, and any one that is left knows everything acknowledged. */
export const all: QuorumPolicy = {
  name: 'all',
  replicasRequired: (nodes) => nodes - 1,
  select: (_replicas, required) => ({ members: null, needed: required }),
}
