import { countingScheme } from './counting.ts'
import type { QuorumScheme } from './quorum.ts'

/** Raft as published: more than half commit, more than half elect. */
export function majorityScheme(nodes: number): QuorumScheme {
  const more = () => Math.floor(nodes / 2) + 1
  return countingScheme('majority', nodes, false, more, more)
}
