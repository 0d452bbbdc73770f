/**
 * Roles of a Raft group, resolved when a step fires. `strongest` and `weakest` are the t followers that matter most and
 * least to the leader's next round: by weight under Cabinet, elsewhere by the order of the last round's replies.
 */
import { draw } from '../fault-targets.ts'
import type { RaftGroup } from './group.ts'

/** `down`: what the harness has taken down and not brought back, in that order. */
export function resolveRaftTargets(words: readonly string[], group: RaftGroup, down: readonly string[]): string[] {
  const names = new Set<string>()
  for (const word of words) for (const name of resolveRole(word, group, down)) names.add(name)
  return [...names]
}

function resolveRole(word: string, group: RaftGroup, down: readonly string[]): readonly string[] {
  const nodes = group.servers.map(({ process }) => process.name)
  const leader = group.leader.process.name
  const up = nodes.filter((name) => !down.includes(name))
  const followers = up.filter((name) => name !== leader)
  const ranked = () =>
    (group.leader.node?.leadership?.rule.ranking() ?? [])
      .map((id) => nodes[id]!)
      .filter((name) => followers.includes(name))
  switch (word) {
    case 'source':
      return [leader]
    case 'replica':
      return draw(followers, 1, group)
    case 'any':
      return draw(up, 1, group)
    case 'minority':
      return draw(followers, Math.floor((nodes.length - 1) / 2), group)
    case 'fastest':
      return ranked().slice(0, 1)
    case 'strongest':
      return ranked().slice(0, group.failureThreshold)
    case 'weakest':
      return ranked().slice(-group.failureThreshold)
    case 'crashed':
      return down
    case 'all':
      return nodes
    default:
      return [word]
  }
}
