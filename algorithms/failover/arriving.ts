/**
 * A transaction that takes long to come in. A replica says nothing of its source while it receives a large one: heartbeats
 * are for pauses, and what is queued is told when its end is there. That more of it came is as good a sign, and better than
 * a heartbeat: what writes wait for is on its way.
 *
 * Only what was under way at two looks counts. Whoever writes small transactions that nobody acknowledges would otherwise
 * seem to be busy with them for ever.
 */
import type { ServerState } from '../servers.ts'
import type { Member } from './member.ts'
import type { Reign } from './reign.ts'

/** Did more of one transaction come in between two looks? */
export function hasAdvanced(before: ServerState | null, { arriving, source }: ServerState): boolean {
  const earlier = before?.arriving ?? null
  if (earlier === null || arriving === null || before?.source !== source) return false
  return arriving.transaction === earlier.transaction && arriving.position > earlier.position
}

/** How long before its last look it had heard of its source, by what came or by what was still coming in; null: never. */
export function fedAgeUs({ state, stateAskedUs, advancedUs }: Member): number | null {
  const fedUs = state?.fedAgeUs ?? null
  if (advancedUs < 0) return fedUs
  const ageUs = Math.max(0, stateAskedUs - advancedUs)
  return fedUs === null ? ageUs : Math.min(fedUs, ageUs)
}

/**
 * When replicas that writes wait for were last seen to receive more of what is in front: as many as are needed beside those
 * that have it already. Nobody waits for them where enough have it, whatever else comes in.
 */
export function lastAdvanceUs(members: readonly Member[], reign: Reign): number {
  const { acknowledgements, source, sourceUuid, k } = reign
  const waited =
    acknowledgements.waitingSinceUs === null
      ? source.held.highest(sourceUuid) + 1
      : acknowledgements.acknowledgedUpTo + 1
  const replicas = members.filter(
    ({ state, probe, loss }) => probe === 'answered' && loss === null && state?.source === source.node,
  )
  const without = replicas.filter(({ held }) => held.highest(sourceUuid) < waited)
  const needed = k - (replicas.length - without.length)
  if (needed <= 0) return Number.NEGATIVE_INFINITY
  const advances = without.map(({ advancedUs }) => advancedUs).sort((a, b) => b - a)
  return advances[needed - 1] ?? Number.NEGATIVE_INFINITY
}
