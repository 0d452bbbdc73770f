/**
 * May this coordinator replace a source that is gone without being asked? Whoever tries something out on the servers may
 * want to choose the next source by hand. That is never a question of safety, only of who decides: the rules hold for a
 * person's choice as for the coordinator's own.
 *
 * Manual: until it is set to automatic again, also by the next coordinator. Standing back: for a bounded time, because
 * whoever asked for it may forget to go on. A coordinator that starts takes over in any case: it cannot serve otherwise.
 */

import { call, emit, type Fiber } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import { durationText } from '../wording.ts'
import type { Alarm } from './reign.ts'
import type { CoordinatorState, Mode } from './state.ts'
import type { ModeReply } from './steering.ts'

/** However long somebody asks for. */
const LONGEST_STAND_BACK_US = 60_000_000

export function automaticMode(): Mode {
  return { automatic: true, standBack: null }
}

/** Why nobody may act on this alarm without being asked; null: somebody may. */
export function refusalByMode({ mode }: CoordinatorState, alarm: Alarm, nowUs: number): Why | null {
  if (alarm.kind !== 'gone' && alarm.kind !== 'stalled') return null
  if (!mode.automatic) return { code: 'manual-mode' }
  if (mode.standBack === null || nowUs >= mode.standBack.untilUs) return null
  return { code: 'stands-back', forUs: mode.standBack.forUs }
}

export function* setMode(coordinator: CoordinatorState, automatic: boolean): Fiber<ModeReply> {
  const record = { kind: 'mode', automatic }
  const journalled = yield* call(coordinator.journal, { kind: 'append', record }, coordinator.tuning.adminTimeoutUs)
  if (journalled.kind !== 'ok') {
    const why: Why = { code: 'not-journalled', cause: journalled.why }
    return { ...tellMode(coordinator), verdict: 'refused', why, reason: textOf(why) }
  }
  coordinator.mode.automatic = automatic
  coordinator.mode.standBack = null
  yield* emit({ kind: 'note', text: automatic ? 'failover is automatic' : 'failover waits for a person' })
  return tellMode(coordinator)
}

/** `forUs` 0: no longer. */
export function* standBack(coordinator: CoordinatorState, forUs: number): Fiber<ModeReply> {
  const boundedUs = Math.max(0, Math.min(forUs, LONGEST_STAND_BACK_US))
  const { mode } = coordinator
  const had = mode.standBack !== null
  mode.standBack = boundedUs === 0 ? null : { untilUs: coordinator.process.nowUs + boundedUs, forUs: boundedUs }
  if (boundedUs > 0)
    yield* emit({ kind: 'note', text: `automatic failover stands back for ${durationText(boundedUs)}` })
  else if (had) yield* emit({ kind: 'note', text: 'automatic failover stands back no longer' })
  return tellMode(coordinator)
}

export function tellMode({ mode, process }: CoordinatorState): ModeReply {
  const leftUs = mode.standBack === null ? 0 : mode.standBack.untilUs - process.nowUs
  return { verdict: 'ok', automatic: mode.automatic, standBackLeftUs: leftUs > 0 ? leftUs : null }
}
