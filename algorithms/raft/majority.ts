import { countingScheme } from './counting.ts'
import type { QuorumScheme } from './quorum-system.ts'
import type { RaftQuorumKind } from './scheme-kind.ts'

/** Raft as published: more than half commit, more than half elect. */
export const RAFT_MAJORITY: RaftQuorumKind = {
  name: 'majority',
  parameters: [],
  colour: 2,
  promise: 'more than half of the servers hold what is committed',
  noPromise: 'that the fastest are waited for and nobody else',
  guarantees: ['survives-failover'],
  row: {
    commitsWith: 'more than n/2',
    electsWith: 'more than n/2',
    promises: 'survives any floor((n-1)/2) failures',
    costs: "the median server's round trip",
    source: 'Raft',
  },
  make: ({ nodes }) => majorityScheme(nodes),
}

export function majorityScheme(nodes: number): QuorumScheme {
  const more = () => Math.floor(nodes / 2) + 1
  return countingScheme(RAFT_MAJORITY, nodes, more, more)
}
