/** Who may say who leads a Raft group: nobody, so that whoever times out does, or an election policy that can. */
import { ELECTION_POLICIES, type ElectionName } from '../election/policies.ts'
import type { ElectionKind } from '../election/policy.ts'
import type { PolicyFacts } from '../policy-facts.ts'

export type RaftElectionName = 'native' | ElectionName

const NATIVE: PolicyFacts = {
  name: 'native',
  parameters: [],
  colour: 5,
  promise: 'the first server that misses its leader and gets the votes leads',
  noPromise: 'anything about speed',
}

/** By its name in scenarios; which policies lead Raft groups is their own fact (`leadsRaft`). */
export const RAFT_ELECTIONS: Readonly<Record<string, PolicyFacts>> = {
  native: NATIVE,
  ...Object.fromEntries(
    Object.values<ElectionKind>(ELECTION_POLICIES)
      .filter(({ leadsRaft }) => leadsRaft)
      .map((kind) => [kind.name, kind]),
  ),
}
