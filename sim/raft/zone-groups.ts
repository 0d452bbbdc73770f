import type { Grouping } from '../../algorithms/raft/grouping.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

/** Of a scheme of groups: a group is a zone. Null without zones: then the scheme makes its own. */
export function groupsOf({ cluster }: Scenario): Grouping | null {
  if (cluster.zones.length < 2) return null
  const withNodes = cluster.zones.filter((zone) => zone.nodes > 0)
  return withNodes.flatMap((zone, group) => new Array<number>(zone.nodes).fill(group))
}
