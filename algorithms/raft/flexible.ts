import { countingScheme } from './counting.ts'
import type { QuorumScheme } from './quorum.ts'

/**
 * Flexible quorums (Howard, Malkhi and Spiegelman, arXiv 1608.06696): any t+1 servers commit, and a leader needs the
 * votes of n-t, so that the two sum up to n+1. While a change of t is not known to be committed both sides take the
 * larger number: max(t)+1 and n-min(t).
 */
export function flexibleScheme(nodes: number): QuorumScheme {
  return countingScheme(
    'flexible',
    nodes,
    true,
    ({ most }) => most + 1,
    ({ least }) => nodes - least,
  )
}
