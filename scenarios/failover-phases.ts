/**
 * The phases of a failover, for its waterfall.
 *
 * Each phase lasts until the next is entered; detection lasts from the start to the first step taken, the last phase
 * to the first acknowledgement. Steps retried add up, and what happened after the acknowledgement is cut off, so the
 * phases of a failover that ended always add up to its duration.
 */
import type { FailoverPhase, TraceEvent } from '../algorithms/trace.ts'
import type { FailoverPhases } from './result-durations.ts'

export type PhaseEvent = Extract<TraceEvent, { kind: 'phase' }>

const LABEL: Readonly<Record<FailoverPhase, keyof FailoverPhases>> = {
  detect: 'detect',
  decide: 'decide',
  catchUp: 'catchUp',
  promote: 'promote',
  reroute: 'reroute',
  serving: 'firstAck',
}

/** `events` in order of time; `ackUs` null: the failover never ended, and neither did its last phase. */
export function phaseDurations(events: readonly PhaseEvent[], startUs: number, ackUs: number | null): FailoverPhases {
  const totals: { -readonly [K in keyof FailoverPhases]: number | null } = {
    detect: null,
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
  for (const event of events) {
    if (event.atUs > endUs) break
    close(Math.max(startUs, event.atUs))
    label = LABEL[event.phase]
    totals[label] ??= 0
  }
  if (ackUs !== null) close(ackUs)
  else if (totals[label] === 0) totals[label] = null
  return totals
}
