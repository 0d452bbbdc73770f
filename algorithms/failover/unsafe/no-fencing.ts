/**
 * UNSAFE, kept on purpose: a failover without promise, without stopping anybody's receiver and without fencing the
 * source, as in the original prototype. What the replicas hold is taken from their last probes; meanwhile the old epoch
 * goes on serving and acknowledging, until the new one reigns. Whatever it acknowledged after the look is in nobody's
 * target. The winner alone is stopped, right before it is promoted, and its relay log is dropped.
 */
import { emit, type Fiber } from '../../effects.ts'
import { EMPTY_GTID_SET, type GtidSet } from '../../gtid-set.ts'
import { administer, isDeposed } from '../administer.ts'
import type { Procedures } from '../procedures.ts'
import type { Alarm } from '../reign.ts'
import type { CoordinatorState } from '../state.ts'
import { takeOver } from '../take-over.ts'
import type { Gathered, TakeOver } from '../take-over-steps.ts'

export function noFencing(procedures: Procedures): Procedures {
  return { ...procedures, gather: glance, moveOn: whileItServes, catchUp: thenStop(procedures.catchUp) }
}

/** Nothing is touched: who answered its last probe and cannot be written to passes for stopped. */
function* glance(coordinator: CoordinatorState, epoch: number): Fiber<Gathered> {
  const answering = coordinator.members.filter(
    (member) =>
      member.probe === 'answered' &&
      member.state?.superReadOnly === true &&
      member.index !== coordinator.reign?.source.index,
  )
  return { epoch, stopped: new Set(answering), fenced: new Set(), deposed: null }
}

function* whileItServes(coordinator: CoordinatorState, alarm: Alarm): Fiber<TakeOver | null> {
  if (alarm.kind !== 'gone' && alarm.kind !== 'stalled') return null
  yield* emit({ kind: 'note', text: 'the old epoch goes on while its successor is made' })
  return yield* takeOver(coordinator, alarm)
}

function thenStop(catchUp: Procedures['catchUp']): Procedures['catchUp'] {
  return function* (...step): Fiber<GtidSet | null | 'deposed'> {
    const target = yield* catchUp(...step)
    if (target === null || target === 'deposed') return target
    const [coordinator, , winner, epoch] = step
    // What it throws away nobody is to miss.
    winner.held = EMPTY_GTID_SET
    const dropped = yield* administer(coordinator, winner, { epoch, source: null }, { command: 'discardRelayLog' })
    if (isDeposed(dropped)) return 'deposed'
    return dropped.kind === 'ok' ? dropped.reply.executed : null
  }
}
