/**
 * A person chooses the next source, whether the present one lives or not. From one that answers this is a planned move.
 * One that is gone cannot be fenced in peace: its reign ends at the order, and a take-over follows that tries the chosen
 * server first. All its rules hold: it is refused with the rule's numbers, and a chosen server that cannot be brought up
 * to date is passed over.
 */

import { deferred, type Fiber, sleep, wait } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import { obstacleOf } from './choose.ts'
import { hurry, type Member } from './member.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState, Order } from './state.ts'
import type { SwitchoverReply } from './steering.ts'
import { ANSWER_US, refused, switchover } from './switchover.ts'

interface PromoteRequest {
  /** Null: whoever the election policy prefers. */
  readonly to: string | null
  /** Only while this epoch reigns; null: whichever. */
  readonly epoch: number | null
}

/** What a move is refused with whose source has just gone: a moment later that is known, and then it is no move. */
const ITS_SOURCE_HAS_JUST_GONE: readonly Why['code'][] = ['source-silent', 'source-in-trouble']

export function* promote(coordinator: CoordinatorState, { to, epoch }: PromoteRequest): Fiber<SwitchoverReply> {
  const member = to === null ? null : (coordinator.byNode.get(to) ?? null)
  if (to !== null && member === null) return refused(coordinator, { code: 'no-such-server', node: to })
  const untilUs = coordinator.process.nowUs + ANSWER_US
  for (;;) {
    const { reign } = coordinator
    if (reign !== null) {
      if (epoch !== null && reign.epoch !== epoch) return refused(coordinator, { code: 'epoch-ended' })
      const reply = yield* inReign(coordinator, reign, member)
      if (reply.why === null || !ITS_SOURCE_HAS_JUST_GONE.includes(reply.why.code)) return reply
      hurry(coordinator.members)
    }
    // A take-over is under way, or the source is about to be found gone.
    if (coordinator.process.nowUs >= untilUs) return refused(coordinator, { code: 'nobody-reigns' })
    yield* sleep(coordinator.tuning.probeIntervalUs)
  }
}

/** Does it answer, and is it what it was made? */
export function isServing({ source, startedUs }: Reign): boolean {
  const { state } = source
  if (source.probe === 'failed') return false
  return state === null || source.stateAskedUs <= startedUs || !(state.superReadOnly || state.offline)
}

function* inReign(coordinator: CoordinatorState, reign: Reign, to: Member | null): Fiber<SwitchoverReply> {
  const { node } = reign.source
  const serves = isServing(reign)
  if (to === reign.source && serves)
    return { verdict: 'moved', source: node, why: null, reason: `${node} is the source already`, heldUs: null }
  if (serves) return yield* switchover(coordinator, { to: to?.node ?? null, by: 'request', reason: 'asked for' })
  const obstacle = to === null ? null : obstacleOf(to)
  if (obstacle !== null) return refused(coordinator, obstacle)
  if (coordinator.order !== null) return refused(coordinator, { code: 'move-under-way' })
  const reason = `${to === null ? 'another source' : to.node} was ordered in place of ${node}`
  const order: Order = { alarm: { kind: 'ordered', reason, to }, done: deferred() }
  coordinator.order = order
  // A source that is gone raises its own alarm over and over: the order takes the place of whichever comes next.
  reign.alarm.settle(order.alarm)
  const reply = yield* wait(order.done, ANSWER_US)
  if (reply !== undefined) return reply
  if (coordinator.order === order) coordinator.order = null
  const why: Why = { code: 'no-end', afterUs: ANSWER_US }
  const source = coordinator.reign?.source.node ?? null
  return { verdict: 'unknown', source, why, reason: textOf(why), heldUs: null }
}

/** Nothing was touched. */
export function refuseOrder(coordinator: CoordinatorState, why: Why): void {
  endOrder(coordinator, refused(coordinator, why))
}

/** A source reigns again. */
export function carryOutOrder(coordinator: CoordinatorState, { source: { node }, source }: Reign): void {
  const to = coordinator.order?.alarm.to ?? null
  const verdict = to === null || to === source ? 'moved' : 'elsewhere'
  endOrder(coordinator, { verdict, source: node, why: null, reason: `${node} reigns`, heldUs: null })
}

function endOrder(coordinator: CoordinatorState, reply: SwitchoverReply): void {
  const { order } = coordinator
  coordinator.order = null
  order?.done.settle(reply)
}
