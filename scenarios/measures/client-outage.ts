/**
 * When clients had no service, whatever was hit: from an operation that did not succeed to the first of a whole second
 * in which every operation did.
 *
 * Operations are placed by their intended start, because the load is offered on schedule: an operation that failed
 * late still belongs to the moment at which a user wanted it. So an outage may begin a little before its fault, with
 * what was in flight then. Failed and unknown count: the user has no result. What was never sent tells nothing of the
 * servers (scenarios/measures/generator.ts does), so what is known ends with the first of those. Nor does a transaction
 * that lost a deadlock or waited too long for a lock: a server at work answered it, and another transaction was in its way.
 */

import type { Operation } from '../record.ts'
import type { OutageSummary } from '../result-durations.ts'
import { outcomeOf, total } from './durations.ts'
import { longestOf } from './statistics.ts'

export interface ClientOutage {
  /** When the first operation that did not succeed was wanted. */
  readonly beganUs: number
  /** The first answer of a second of success; null: that was not seen before the workload ended. */
  readonly endedUs: number | null
  readonly failed: number
  readonly unknown: number
}

const SUSTAINED_US = 1_000_000

interface Open {
  readonly beganUs: number
  failed: number
  unknown: number
  /** Of the success that may end it: the first intended start, and the first answer. */
  successUs: number | null
  answeredUs: number
}

/** `operations` in order of intended start; `endedUs`: when the workload stopped offering. In order of time. */
export function clientOutagesOf(operations: readonly Operation[], endedUs: number): ClientOutage[] {
  const outages: ClientOutage[] = []
  let open: Open | null = null
  let knownUs = endedUs
  for (const operation of operations) {
    const { intendedUs, endUs, outcome } = operation
    if (outcome === 'unsent') {
      knownUs = Math.min(knownUs, intendedUs)
      continue
    }
    if (gaveWay(operation)) continue
    if (open !== null && lasted(open, intendedUs)) {
      outages.push(closed(open))
      open = null
    }
    if (outcome !== 'ok') {
      open ??= reopened(outages, intendedUs) ?? { ...NOTHING_YET, beganUs: intendedUs }
      open[outcome]++
      open.successUs = null
    } else if (open !== null && endUs !== null) {
      open.answeredUs = open.successUs === null ? endUs : Math.min(open.answeredUs, endUs)
      open.successUs ??= intendedUs
    }
  }
  if (open !== null) outages.push(lasted(open, knownUs) ? closed(open) : { ...closed(open), endedUs: null })
  return outages
}

/** To another transaction. */
function gaveWay({ moreKeys, why }: Operation): boolean {
  return moreKeys !== undefined && (why?.code === 'deadlock' || why?.code === 'lock-wait-timeout')
}

const NOTHING_YET = { failed: 0, unknown: 0, successUs: null, answeredUs: 0 }

/** A second of success that was answered only after this failure was wanted had not ended anything by then. */
function reopened(outages: ClientOutage[], failedUs: number): Open | null {
  const last = outages.at(-1)
  if (last === undefined || last.endedUs! <= failedUs) return null
  outages.pop()
  return { ...NOTHING_YET, ...last }
}

function lasted({ successUs }: Open, untilUs: number): boolean {
  return successUs !== null && untilUs - successUs >= SUSTAINED_US
}

function closed({ beganUs, failed, unknown, answeredUs }: Open): ClientOutage {
  return { beganUs, endedUs: answeredUs, failed, unknown }
}

/** The outage that was going on at some moment of a stretch of time; null: there was none. */
export function outageWithin(outages: readonly ClientOutage[], fromUs: number, untilUs: number): ClientOutage | null {
  return outages.find(({ beganUs, endedUs }) => beganUs < untilUs && (endedUs === null || endedUs > fromUs)) ?? null
}

/** 0: nothing failed. Null: it was not seen to end. */
export function durationMsOf(outage: ClientOutage | null): number | null {
  if (outage === null) return 0
  return outage.endedUs === null ? null : (outage.endedUs - outage.beganUs) / 1000
}

export function describeOutages(outages: readonly ClientOutage[]): OutageSummary {
  const durations = outages.map(durationMsOf)
  const longestMs = longestOf(durations)
  return {
    outcome: outcomeOf(durations),
    count: outages.length,
    totalMs: total(durations),
    longestMs: longestMs === undefined ? 0 : longestMs,
    each: outages.map((outage, index) => ({
      startMs: outage.beganUs / 1000,
      durationMs: durations[index]!,
      failed: outage.failed,
      unknown: outage.unknown,
    })),
  }
}
