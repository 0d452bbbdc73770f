/**
 * What a coordinator does all its life: it takes over, rules until something ends the reign, and takes over again, each
 * time for a cause of its own.
 */
import { all, emit, type Fiber, sleep } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import type { Member } from './member.ts'
import { passedOverLoop } from './passed-over.ts'
import { recall } from './recall.ts'
import type { Reign } from './reign.ts'
import { type ReignEnd, ruleWhile } from './ruling.ts'
import { standBy, untilForeseen } from './stand-by.ts'
import type { CoordinatorState } from './state.ts'
import { backOff, takeOver } from './take-over.ts'
import type { Cause, TakeOver } from './take-over-steps.ts'

/** At its start a coordinator waits so long for servers that do not answer; then it goes on without them. */
const SURVEY_US = 5_000_000
const SURVEY_MAJORITY_US = 1_000_000
const SURVEY_STEP_US = 5_000

/** Takes over, rules, and takes over again. */
export function* control(coordinator: CoordinatorState): Fiber<never> {
  yield* recall(coordinator)
  const hasPeers = coordinator.peers.length > 0
  if (hasPeers) coordinator.process.spawn('passed-over', passedOverLoop(coordinator))
  const reason = hasPeers ? yield* standBy(coordinator, 0) : 'the coordinator starts'
  let beginning: Beginning = { cause: { kind: 'start', reason }, outcome: null }
  for (;;) {
    const { reign, stopped }: Won = yield* untilItReigns(coordinator, beginning)
    beginning = yield* ruleToTheEnd(coordinator, reign, stopped)
  }
}

/** Why a take-over begins, and how it went where it was made while the reign before it still served. */
interface Beginning {
  readonly cause: Cause
  readonly outcome: TakeOver | null
}

type Won = Extract<TakeOver, { kind: 'reigns' }>

/** Attempt after attempt, each for its own cause. */
function* untilItReigns(coordinator: CoordinatorState, beginning: Beginning): Fiber<Won> {
  let { cause, outcome: done } = beginning
  for (let attempt = 0; ; attempt++) {
    coordinator.takingOver = true
    yield* looked(coordinator, cause, attempt)
    const outcome: TakeOver = done ?? (yield* takeOver(coordinator, cause))
    coordinator.takingOver = false
    if (outcome.kind === 'reigns') return outcome
    done = null
    cause = yield* causeAfter(coordinator, cause, outcome, attempt)
  }
}

/** Before an attempt of a coordinator without peers; who stood by has been looking at the servers all the while. */
function* looked(coordinator: CoordinatorState, cause: Cause, attempt: number): Fiber<void> {
  if (coordinator.peers.length > 0) return
  if (cause.kind === 'start') yield* survey(coordinator)
  if (cause.kind === 'start' || attempt > 0) yield* untilForeseen(coordinator)
}

/** An attempt came to nothing: that is told, and after a pause there is a cause for the next one. */
function* causeAfter(coordinator: CoordinatorState, cause: Cause, outcome: Lost, attempt: number): Fiber<Cause> {
  const reason = yield* tell(coordinator.highestEpoch, outcome)
  yield* backOff(attempt)
  if (coordinator.peers.length > 0) return { kind: 'start', reason: yield* standBy(coordinator, attempt + 1) }
  return outcome.kind === 'deposed' ? { kind: 'start', reason } : cause
}

/** Rules until something ends the reign, and says what the next take-over is for. */
function* ruleToTheEnd(coordinator: CoordinatorState, reign: Reign, stopped: readonly Member[]): Fiber<Beginning> {
  const ruled: { ended: ReignEnd } = yield* all({ ended: ruleWhile(coordinator, reign, stopped) })
  const { alarm, next } = ruled.ended
  yield* emit({ kind: 'phase', epoch: reign.epoch + 1, phase: 'detect', detail: alarm.reason })
  if (alarm.kind !== 'deposed' && alarm.kind !== 'powerless') return { cause: alarm, outcome: next }
  // Who was deposed does not strike back: the other one reigns now, and this one would have to be told so twice.
  const reason = coordinator.peers.length > 0 ? yield* standBy(coordinator, 0) : alarm.reason
  return { cause: { kind: 'start', reason }, outcome: next }
}

type Lost = Exclude<TakeOver, Won>

/** That a take-over came to nothing, and why. */
function* tell(epoch: number, { kind, why }: Lost): Fiber<string> {
  const reason = textOf(why)
  if (kind === 'refused') yield* emit({ kind, epoch, alarm: null, why, reason })
  else yield* emit({ kind, epoch, why, reason })
  return reason
}

/** Every server gets its time to answer a first probe; a majority that has answered waits less long for the others. */
function* survey(coordinator: CoordinatorState): Fiber<void> {
  const { members } = coordinator
  for (let waitedUs = 0; waitedUs < SURVEY_US; waitedUs += SURVEY_STEP_US) {
    const answered = members.filter((member) => member.probe === 'answered').length
    if (answered === members.length) return
    if (answered > members.length / 2 && waitedUs >= SURVEY_MAJORITY_US) return
    yield* sleep(SURVEY_STEP_US)
  }
}
