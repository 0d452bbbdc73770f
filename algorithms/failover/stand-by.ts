/**
 * More than one coordinator: one reigns, the others stand by. Whoever does not reign asks the others, and takes over
 * only when for some time nobody was seen to reign. That is for peace, not for safety: whatever a coordinator believes
 * of the others, the servers' promises decide (failover/rules.md section 2), and two that take over at once can do no
 * more than cost each other time.
 *
 * What is seen of a reign: a peer says that it reigns or is taking over, or, where the peers cannot be reached, the
 * source executes new transactions, which nobody but a reigning coordinator gives it. The patience differs, so that
 * two which saw the same reign end do not begin at the same moment, and grows with each attempt that came to nothing.
 */
import { all, call, emit, type Fiber, sleep } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import type { CoordinatorRequests, CoordinatorServer, Outcome, ReplyOf } from '../servers.ts'
import { unionOf } from './epoch.ts'
import { livingEpoch, ruleWhy } from './quorum-rule.ts'
import type { CoordinatorState, Member, Reign } from './state.ts'
import { refuseMove } from './switchover.ts'

export type Status = ReplyOf<CoordinatorRequests, 'status'>

/** A refusal that still stands is stated again, so that the trace tells it from one that has passed. */
export const RESTATE_US = 1_000_000
/** After so many attempts in a row the patience does not grow any more. */
const MOST_ATTEMPTS = 4

/**
 * Returns why, when this coordinator should take over. `attempts`: how many of its take-overs in a row came to nothing.
 */
export function* standBy(coordinator: CoordinatorState, attempts: number): Fiber<string> {
  const { tuning, owner } = coordinator
  // Clients that are held for a move which came to nothing here go on to the next coordinator.
  yield* refuseMove(coordinator, coordinator.highestEpoch, { code: 'stands-by' })
  // A peer's own take-over may wait a second for servers that do not answer.
  const patienceUs = (tuning.unreachableUs / 2) * (1 + 2 * owner.index + Math.min(attempts, MOST_ATTEMPTS))
  let seenUs = coordinator.process.nowUs
  const executed = new Map<Member, number>()
  hasExecuted(coordinator, executed)
  let following: string | null = null
  let statedUs = Number.NEGATIVE_INFINITY
  for (;;) {
    const askedUs = coordinator.process.nowUs
    const statuses = yield* askPeers(coordinator)
    // Of two that believe to reign, the one with the lower epoch only does not know better yet.
    const leader = statuses
      .filter(({ status }) => status.state !== 'stands by')
      .sort((a, b) => b.status.epoch - a.status.epoch)[0]
    if (leader?.status.state === 'reigns') learn(coordinator, leader.status, askedUs)
    if (leader !== undefined && leader.peer.name !== following)
      yield* emit({ kind: 'note', text: `stands by: ${leader.peer.name} ${leader.status.state}` })
    following = leader?.peer.name ?? following
    if (hasExecuted(coordinator, executed) || leader !== undefined) seenUs = coordinator.process.nowUs
    const nowUs = coordinator.process.nowUs
    if (nowUs - seenUs >= patienceUs) {
      const rule = foreseen(coordinator)
      if (rule.allowed) return following === null ? 'no coordinator reigns' : `${following} does not reign any more`
      // Nobody seems to reign, and this one may not: whoever looks for a source has to be told why there is none.
      if (nowUs - statedUs >= RESTATE_US) {
        const why = ruleWhy(rule)
        const epoch = coordinator.highestEpoch + 1
        yield* emit({ kind: 'refused', epoch, alarm: null, why, reason: textOf(why) })
        statedUs = nowUs
      }
    }
    yield* sleep(tuning.probeIntervalUs)
  }
}

function* askPeers(
  coordinator: CoordinatorState,
): Fiber<{ readonly peer: CoordinatorServer; readonly status: Status }[]> {
  const { peers, tuning } = coordinator
  const questions = peers.map((peer) => [peer.name, call(peer, { kind: 'status' }, tuning.probeTimeoutUs)] as const)
  const answers: Record<string, Outcome<Status>> = yield* all(Object.fromEntries(questions))
  return peers.flatMap((peer) => {
    const answer = answers[peer.name]!
    return answer.kind === 'ok' ? [{ peer, status: answer.reply }] : []
  })
}

/**
 * A reigning peer knows better which servers count: it saw them acknowledge what they hold. What it says of a server
 * is believed if this coordinator's own doubt is older than the question, and if both speak of the same server_uuid:
 * a server that was rebuilt since has another one.
 */
function learn(coordinator: CoordinatorState, { epoch, counted }: Status, askedUs: number): void {
  coordinator.highestEpoch = Math.max(coordinator.highestEpoch, epoch)
  for (const member of coordinator.members)
    if (member.lost && member.lostUs < askedUs && counted.includes(member.state?.uuid ?? '')) member.lost = false
}

/** Has a server that may be written to executed something since the last look? `executed`: how much, at that look. */
function hasExecuted({ members }: CoordinatorState, executed: Map<Member, number>): boolean {
  let more = false
  for (const member of members) {
    const { state, probe } = member
    if (state === null || probe !== 'answered' || state.superReadOnly) continue
    const before = executed.get(member)
    // One that was promoted since shows a reign as well.
    more ||= before === undefined || state.executed.size > before
    executed.set(member, state.executed.size)
  }
  return more
}

/**
 * An attempt disturbs whoever reigns, so it is not made by a coordinator that is itself cut off: would the quorum rule
 * be met by what answered its last probe?
 */
export function couldTakeOver(coordinator: CoordinatorState): boolean {
  return foreseen(coordinator).allowed
}

function foreseen(coordinator: CoordinatorState): ReturnType<CoordinatorState['procedures']['foresee']> {
  const { members, procedures } = coordinator
  const seen = unionOf(members.map(({ held }) => held))
  const living = livingEpoch(seen)
  return procedures.foresee(coordinator, seen, living === null ? null : members[living.member]!)
}

/**
 * A reigning coordinator that can neither serve nor take over goes on hoping when it is alone. Where a peer could take
 * over it makes way; where none could, a reign that brings servers back is better than none.
 */
export function* makeWay(coordinator: CoordinatorState, reign: Reign): Fiber<never> {
  const { tuning } = coordinator
  let powerlessSinceUs: number | null = null
  for (;;) {
    const nowUs = coordinator.process.nowUs
    if (isPowerless(coordinator, reign, nowUs)) powerlessSinceUs ??= nowUs
    else powerlessSinceUs = null
    if (powerlessSinceUs !== null && nowUs - powerlessSinceUs >= tuning.unreachableUs) {
      const able = (yield* askPeers(coordinator)).find(({ status }) => status.able)
      if (able !== undefined)
        reign.alarm.settle({ kind: 'powerless', reason: `${able.peer.name} could take over, this coordinator cannot` })
    }
    yield* sleep(tuning.probeIntervalUs)
  }
}

function isPowerless(coordinator: CoordinatorState, { source, acknowledgements }: Reign, nowUs: number): boolean {
  const { waitingSinceUs } = acknowledgements
  const waits = waitingSinceUs !== null && nowUs - waitingSinceUs >= coordinator.tuning.unreachableUs
  if (source.probe === 'answered' && !waits) return false
  return !coordinator.procedures.foresee(coordinator, source.held, source).allowed
}
