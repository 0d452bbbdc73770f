/** The colours of policies, as in reports. */
import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import type { PolicyFacts } from '../../algorithms/policy-facts.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import { RAFT_QUORUMS } from '../../algorithms/raft/schemes.ts'
import { seriesColour } from '../../scenarios/shown/palette.ts'

export function colourOfPolicy(name: string): string {
  const all: Readonly<Record<string, PolicyFacts>> = { ...RAFT_QUORUMS, ...QUORUM_POLICIES, ...ELECTION_POLICIES }
  return seriesColour(all[name]!.colour)
}
