import { cabinetScheme } from '../../algorithms/raft/cabinet.ts'
import { flexibleScheme } from '../../algorithms/raft/flexible.ts'
import { evenGroups, type Grouping, hierarchicalScheme } from '../../algorithms/raft/hierarchical.ts'
import { majorityScheme } from '../../algorithms/raft/majority.ts'
import type { QuorumScheme } from '../../algorithms/raft/quorum.ts'
import type { RaftQuorumName, Scenario } from '../../scenarios/scenario.ts'

/** Every quorum system of Raft by its name in scenarios. A new one is a file in algorithms/raft and a line here. */
export const RAFT_QUORUMS: Readonly<Record<RaftQuorumName, (nodes: number, scenario: Scenario) => QuorumScheme>> = {
  majority: majorityScheme,
  flexible: flexibleScheme,
  cabinet: (nodes, { algorithms }) => cabinetScheme(nodes, algorithms.weightRatio),
  hierarchical: (nodes, scenario) => hierarchicalScheme(groupsOf(nodes, scenario)),
}

/** A group is a zone; without zones, groups of about the square root of n servers. */
function groupsOf(nodes: number, { cluster }: Scenario): Grouping {
  if (cluster.zones.length < 2) return evenGroups(nodes)
  const withNodes = cluster.zones.filter((zone) => zone.nodes > 0)
  return withNodes.flatMap((zone, group) => new Array<number>(zone.nodes).fill(group))
}
