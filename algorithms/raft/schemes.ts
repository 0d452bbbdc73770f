import { RAFT_CABINET } from './cabinet.ts'
import { RAFT_FLEXIBLE } from './flexible.ts'
import { RAFT_HIERARCHICAL } from './hierarchical.ts'
import { RAFT_MAJORITY } from './majority.ts'
import type { RaftQuorumKind } from './scheme-kind.ts'

/** Every quorum system of Raft by its name in scenarios. A new one is a file beside these and a line here. */
export const RAFT_QUORUMS = {
  majority: RAFT_MAJORITY,
  flexible: RAFT_FLEXIBLE,
  cabinet: RAFT_CABINET,
  hierarchical: RAFT_HIERARCHICAL,
} as const satisfies Record<string, RaftQuorumKind>

export type RaftQuorumName = keyof typeof RAFT_QUORUMS
