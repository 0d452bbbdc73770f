import { countingScheme } from './counting.ts'
import type { QuorumScheme } from './quorum-system.ts'
import type { RaftQuorumKind } from './scheme-kind.ts'

/**
 * Flexible quorums (Howard, Malkhi and Spiegelman, arXiv 1608.06696): any t+1 servers commit, and a leader needs the
 * votes of n-t, so that the two sum up to n+1. While a change of t is not known to be committed both sides take the
 * larger number: max(t)+1 and n-min(t).
 */
export const RAFT_FLEXIBLE: RaftQuorumKind = {
  name: 'flexible',
  parameters: ['failureThreshold'],
  colour: 0,
  promise: 'any t+1 servers hold what is committed',
  noPromise: 'a leader with fewer than n-t votes',
  guarantees: ['survives-failover'],
  row: {
    commitsWith: 'any t+1',
    electsWith: 'n-t',
    promises: 'the t+1 fastest suffice, whoever they are',
    costs: 'with more than t down nobody is elected',
    source: 'Howard et al., arXiv 1608.06696',
  },
  make: ({ nodes }) => flexibleScheme(nodes),
}

export function flexibleScheme(nodes: number): QuorumScheme {
  return countingScheme(
    RAFT_FLEXIBLE,
    nodes,
    ({ most }) => most + 1,
    ({ least }) => nodes - least,
  )
}
