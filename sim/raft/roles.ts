/**
 * Roles of a Raft group, resolved when a step fires. `strongest` and `weakest` are the t followers that matter most and
 * least to the leader's next round: by weight under Cabinet, elsewhere by the order of the last round's replies.
 */
import { namesOf, type RoleField, replicasUp } from '../../scenarios/faults/roles.ts'
import type { RaftGroup } from './group.ts'

/** `down`: what the harness has taken down and not brought back, in that order. */
export function namesIn(word: string, group: RaftGroup, down: readonly string[]): readonly string[] {
  const nodes = group.servers.map(({ process }) => process.name)
  const field: RoleField = { nodes, source: group.leader.process.name, down, streams: group.kernel.streams }
  const followers = replicasUp(field)
  const ranked = () =>
    (group.leader.node?.leadership?.rule.ranking() ?? [])
      .map((id) => nodes[id]!)
      .filter((name) => followers.includes(name))
  switch (word) {
    case 'fastest':
      return ranked().slice(0, 1)
    case 'strongest':
      return ranked().slice(0, group.failureThreshold)
    case 'weakest':
      return ranked().slice(-group.failureThreshold)
    default:
      return namesOf(word, field)
  }
}
