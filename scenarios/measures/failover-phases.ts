/**
 * The phases of a failover, for its waterfall.
 *
 * Each phase lasts until the next is entered; detection lasts from the start to the first step taken, the last phase
 * to the first acknowledgement. Steps retried add up, and what happened after the acknowledgement is cut off, so the
 * phases of a failover that ended always add up to its duration.
 *
 * Time in which a take-over was refused is a phase of its own: the fault had long been noticed, and nobody was allowed
 * to act. It lasts from the first refusal to the first step of the attempt that was not refused any more; what was
 * tried and refused again in between is a part of it.
 */
import type { FailoverPhase, TraceEvent } from '../../algorithms/trace.ts'
import type { FailoverPhases } from '../result-durations.ts'

export type PhaseEvent = Extract<TraceEvent, { kind: 'phase' }>
export type RefusedEvent = Extract<TraceEvent, { kind: 'refused' }>

const LABEL: Readonly<Record<FailoverPhase, keyof FailoverPhases>> = {
  detect: 'detect',
  decide: 'decide',
  catchUp: 'catchUp',
  promote: 'promote',
  reroute: 'reroute',
  serving: 'firstAck',
}

/** Steps of an attempt that is not refused any more. */
const BEYOND_REFUSAL: ReadonlySet<FailoverPhase> = new Set<FailoverPhase>(['promote', 'reroute', 'serving'])

/** `events` in order of time; `ackUs` null: the failover never ended, and neither did its last phase. */
export function phaseDurations(
  events: readonly (PhaseEvent | RefusedEvent)[],
  startUs: number,
  ackUs: number | null,
): FailoverPhases {
  const totals: { -readonly [K in keyof FailoverPhases]: number | null } = {
    detect: null,
    refused: null,
    decide: null,
    catchUp: null,
    promote: null,
    reroute: null,
    firstAck: null,
  }
  const endUs = ackUs ?? Number.POSITIVE_INFINITY
  let label: keyof FailoverPhases = 'detect'
  let sinceUs = startUs
  const close = (atUs: number) => {
    if (atUs > sinceUs || totals[label] !== null) totals[label] = (totals[label] ?? 0) + (atUs - sinceUs) / 1000
    sinceUs = atUs
  }
  events.forEach((event, index) => {
    if (event.atUs > endUs || (label === 'refused' && isRefusedAgain(events, index, endUs))) return
    close(Math.max(startUs, event.atUs))
    label = event.kind === 'refused' ? 'refused' : LABEL[event.phase]
    totals[label] ??= 0
  })
  if (ackUs !== null) close(ackUs)
  else if (totals[label] === 0) totals[label] = null
  return totals
}

/** Whether this step, and whatever the same attempt does after it, comes to nothing. */
function isRefusedAgain(events: readonly (PhaseEvent | RefusedEvent)[], from: number, endUs: number): boolean {
  for (let index = from; index < events.length; index++) {
    const event = events[index]!
    if (event.atUs > endUs) return false
    if (event.kind === 'refused') return true
    if (BEYOND_REFUSAL.has(event.phase)) return false
  }
  return false
}
