import type { QuorumPolicy } from './policy.ts'

/** Any floor(n/2) replicas: with the source, a majority of the n configured servers. */
export const majority: QuorumPolicy = {
  name: 'majority',
  replicasRequired: (nodes) => Math.floor(nodes / 2),
  select: (_replicas, required) => ({ members: null, needed: required }),
}
