import type { RaftLog } from './log.ts'
import type { VoteRequest } from './message.ts'

/** One request to every other server. */
export function voteRequests(
  candidate: { readonly id: number; readonly nodes: number; readonly log: RaftLog },
  about: Pick<VoteRequest, 'term' | 'preVote' | 'transfer'>,
): readonly VoteRequest[] {
  const { id, nodes, log } = candidate
  const { lastIndex, lastTerm } = log
  const request = { kind: 'vote-request', from: id, ...about, lastIndex, lastTerm } as const
  const others = Array.from({ length: nodes }, (_, to) => to).filter((to) => to !== id)
  return others.map((to) => ({ ...request, to }))
}

/** Has the candidate everything that the voter has (section 3.6.1)? */
export function isComplete({ lastTerm, lastIndex }: VoteRequest, log: RaftLog): boolean {
  return lastTerm > log.lastTerm || (lastTerm === log.lastTerm && lastIndex >= log.lastIndex)
}
