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
import { emit, type Fiber, sleep } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import { aboutText } from '../wording.ts'
import { isRebuilt } from './loss.ts'
import type { Member } from './member.ts'
import type { Peer } from './peer.ts'
import { askPeers } from './peers.ts'
import { type Rule, ruleWhy } from './quorum-rule.ts'
import type { Reign } from './reign.ts'
import { foreseen } from './snapshot.ts'
import type { CoordinatorState } from './state.ts'
import { refuseMove } from './switchover.ts'

/** A refusal that still stands is stated again, so that the trace tells it from one that has passed. */
export const RESTATE_US = 1_000_000
/** A reigning coordinator learns from its peers at this pace. */
const LEARN_US = 1_000_000
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
  const longUs = (tuning.unreachableUs / 2) * (1 + 2 * owner.index + Math.min(attempts, MOST_ATTEMPTS))
  let seenUs = coordinator.process.nowUs
  let executedUs = Number.NEGATIVE_INFINITY
  const executed = new Map<Member, number>()
  hasExecuted(coordinator, executed)
  let following: Peer | null = null
  let statedUs = Number.NEGATIVE_INFINITY
  for (;;) {
    const statuses = yield* askPeers(coordinator)
    // Of two that believe to reign, the one with the lower epoch only does not know better yet.
    const leader = statuses
      .filter(({ status }) => status.state !== 'stands by')
      .sort((a, b) => b.status.epoch - a.status.epoch)[0]
    if (leader?.status.state === 'reigns')
      coordinator.highestEpoch = Math.max(coordinator.highestEpoch, leader.status.epoch)
    if (leader !== undefined && leader.peer !== following)
      yield* emit({ kind: 'note', text: `stands by: ${leader.peer.name} ${leader.status.state}` })
    following = leader?.peer ?? following
    const nowUs = coordinator.process.nowUs
    if (hasExecuted(coordinator, executed)) executedUs = nowUs
    if (leader !== undefined || executedUs === nowUs) seenUs = nowUs
    const wasLost = attempts === 0 && following !== null && following.state !== 'stands by'
    const patienceUs = wasLost ? patienceWith(coordinator, following!, executedUs) : longUs
    if (nowUs - seenUs >= patienceUs) {
      const rule = foreseen(coordinator)
      if (rule.allowed) return following === null ? 'no coordinator reigns' : describe(following, nowUs)
      // Nobody seems to reign, and this one may not: whoever looks for a source has to be told why there is none.
      statedUs = yield* state(coordinator, rule, statedUs)
    }
    yield* sleep(tuning.probeIntervalUs)
  }
}

/**
 * With a coordinator that reigned by its last word, and has not answered since: the detector's rule (`silence.ts`). That
 * nothing was executed any more, where something had been until then, is the second witness of its silence. Whoever
 * stands by before this one goes first.
 */
function patienceWith(coordinator: CoordinatorState, following: Peer, executedUs: number): number {
  const { tuning, owner, peers, process } = coordinator
  const { unreachableUs, probeIntervalUs } = tuning
  const before = peers
    .slice(0, owner.index)
    .filter(({ state, silence }) => state === 'stands by' && silence.sinceUs === null)
  const turnUs = unreachableUs * before.length
  if (following.isBroken) return 2 * probeIntervalUs + turnUs
  const { sinceUs } = following.silence
  const agree = sinceUs !== null && executedUs >= sinceUs - 2 * probeIntervalUs
  return (agree ? following.silence.boundUs(unreachableUs, process.nowUs) : unreachableUs) + turnUs
}

function describe({ name, isBroken, silence }: Peer, nowUs: number): string {
  if (isBroken) return `${name} is not there any more`
  const { sinceUs } = silence
  return sinceUs === null
    ? `${name} does not reign any more`
    : `${name} has not answered for ${aboutText(nowUs - sinceUs)}`
}

/**
 * Alone there is nobody to make way for. But an attempt that the rule will refuse is not begun: it would promise, and
 * where a promise was given a fenced source stands for its epoch only as long as it is known that nothing came of it.
 */
export function* untilForeseen(coordinator: CoordinatorState): Fiber<void> {
  let statedUs = Number.NEGATIVE_INFINITY
  for (;;) {
    const rule = foreseen(coordinator)
    if (rule.allowed) return
    statedUs = yield* state(coordinator, rule, statedUs)
    yield* sleep(coordinator.tuning.probeIntervalUs)
  }
}

/** `statedUs`: when it was stated last. Returns the same for the next time. */
function* state(coordinator: CoordinatorState, rule: Rule, statedUs: number): Fiber<number> {
  const { nowUs } = coordinator.process
  if (nowUs - statedUs < RESTATE_US) return statedUs
  const why = ruleWhy(rule)
  yield* emit({ kind: 'refused', epoch: coordinator.highestEpoch + 1, alarm: null, why, reason: textOf(why) })
  return nowUs
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
 * Whoever reigns makes way for this one if it could do better: would the quorum rule be met by what answered its last
 * probe, and could anything be acknowledged then?
 */
export function couldTakeOver(coordinator: CoordinatorState): boolean {
  const { allowed, k } = foreseen(coordinator)
  // It would have to find as many replicas that count; who lost relay logs counts again as soon as it follows.
  const replicas = coordinator.members.filter((m) => m.probe === 'answered' && (m.loss === null || !isRebuilt(m.loss)))
  return allowed && replicas.length > k
}

/**
 * Who reigns may have been cut off from a server that a peer has seen lose its data, and is the one to whom the server
 * can prove itself: it asks now and then, too. A reigning coordinator that can neither serve nor take over goes on hoping when it is alone. Where a peer could take
 * over it makes way; where none could, a reign that brings servers back is better than none.
 */
export function* makeWay(coordinator: CoordinatorState, reign: Reign): Fiber<never> {
  const { tuning } = coordinator
  let powerlessSinceUs: number | null = null
  /** A peer could take over, and this one could still not. */
  let ableSinceUs: number | null = null
  let learntUs = coordinator.process.nowUs
  for (;;) {
    const nowUs = coordinator.process.nowUs
    if (isPowerless(coordinator, reign, nowUs)) powerlessSinceUs ??= nowUs
    else powerlessSinceUs = reign.powerless = null
    if (powerlessSinceUs !== null && nowUs - powerlessSinceUs >= tuning.unreachableUs) {
      const able = (yield* askPeers(coordinator)).find(({ status }) => status.able)
      // A heal reaches its probes and its peer's one after another: what it learns while it asks, and soon after, counts.
      const askedUs = coordinator.process.nowUs
      if (able === undefined || !isPowerless(coordinator, reign, askedUs)) ableSinceUs = null
      else ableSinceUs ??= askedUs
      if (able !== undefined && ableSinceUs !== null && askedUs - ableSinceUs >= tuning.probeIntervalUs) {
        // A source that is gone raises its own alarm over and over, so there may be no room for this one.
        reign.powerless = { kind: 'powerless', reason: `${able.peer.name} could take over, this coordinator cannot` }
        reign.alarm.settle(reign.powerless)
      }
    }
    if (nowUs - learntUs >= LEARN_US) {
      yield* askPeers(coordinator)
      learntUs = nowUs
    }
    yield* sleep(tuning.probeIntervalUs)
  }
}

function isPowerless(
  coordinator: CoordinatorState,
  { source, acknowledgements, startedUs }: Reign,
  nowUs: number,
): boolean {
  const { waitingSinceUs } = acknowledgements
  const waits = waitingSinceUs !== null && nowUs - waitingSinceUs >= coordinator.tuning.unreachableUs
  const { state, stateAskedUs } = source
  const isClosed = state !== null && stateAskedUs > startedUs && (state.superReadOnly || state.offline)
  if (source.probe === 'answered' && !waits && !isClosed) return false
  return !coordinator.procedures.foresee(coordinator, source.held, source).allowed
}
