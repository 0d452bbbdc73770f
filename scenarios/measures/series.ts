/**
 * The run over time: counts per interval (not per second), percentiles in milliseconds.
 *
 * `offered` counts operations by their intended start; `ok`, `failed` and `unknown` count them by their end, because a
 * throughput curve should show when answers came (during a failover none, afterwards a burst). Latencies belong to the
 * interval of the intended start: there the wait for a failover shows as the ramp that users saw. An operation that
 * was never answered is `unknown` at the end of the workload; one never sent is offered and nothing else.
 */

import type { LagSeries, Operation, RunRecord } from '../record.ts'
import type { Series } from '../result-series.ts'
import type { Scenario } from '../scenario.ts'
import { quorumShares } from './quorum-shares.ts'
import { reignsOf } from './reigns.ts'
import { quantileOfSorted } from './statistics.ts'

const INTERVALS_MS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000]
const MOST_ROWS = 300
const FEWEST_ROWS = 20
/** Fewer operations than this in an interval make a jagged line, not a curve. */
const OPERATIONS_PER_ROW = 10

export function intervalMsFor(durationUs: number, ratePerSec: number): number {
  const filled = Math.min((OPERATIONS_PER_ROW * 1000) / ratePerSec, durationUs / 1000 / FEWEST_ROWS)
  const least = Math.max(durationUs / 1000 / MOST_ROWS, filled)
  return INTERVALS_MS.find((ms) => ms >= least) ?? Math.ceil(durationUs / 1000 / MOST_ROWS)
}

type Percentiles = Series['writeMs']

export function seriesOf(record: RunRecord, scenario: Scenario): Series {
  const intervalMs = intervalMsFor(Math.max(record.endedUs, 1), rateOf(record, scenario))
  const intervalUs = intervalMs * 1000
  const rows = rowCount(record, intervalUs)
  const rowOf = (atUs: number) => Math.min(rows - 1, Math.max(0, Math.floor(atUs / intervalUs)))
  const column = () => new Array<number>(rows).fill(0)
  const offered = column()
  const ended = { ok: column(), failed: column(), unknown: column() }
  for (const { intendedUs, endUs, outcome } of record.operations) {
    offered[rowOf(intendedUs)]!++
    if (outcome !== 'unsent') ended[outcome][rowOf(endUs ?? record.endedUs)]!++
  }
  const quorum = quorumShares(record.events, rows, intervalUs)
  return {
    intervalMs,
    tMs: offered.map((_, row) => row * intervalMs),
    offered,
    ...ended,
    writeMs: percentiles(record.operations, 'write', rows, rowOf),
    readMs: percentiles(record.operations, 'read', rows, rowOf),
    lagMs: Object.fromEntries(record.lag.map((series) => [series.node, worstLag(series, rows, rowOf)])),
    source: sources(record, rows, intervalUs),
    ...(quorum === undefined ? {} : { quorum }),
  }
}

/** In a closed loop only the run tells. */
function rateOf({ operations, endedUs }: RunRecord, { workload }: Scenario): number {
  return workload.mode === 'open' ? workload.ratePerSec : (Math.max(1, operations.length) * 1e6) / Math.max(endedUs, 1)
}

/** To the last answer: those of the last operations come after the load has stopped. */
function rowCount(record: RunRecord, intervalUs: number): number {
  let lastUs = record.endedUs - 1
  for (const { endUs } of record.operations) if (endUs !== null && endUs > lastUs) lastUs = endUs
  return Math.max(1, Math.floor(lastUs / intervalUs) + 1)
}

/** Sorted into rows by counting, then within each row: many small native sorts instead of one with a comparator. */
function percentiles(
  operations: readonly Operation[],
  kind: Operation['kind'],
  rows: number,
  rowOf: (atUs: number) => number,
): Percentiles {
  const start = new Uint32Array(rows + 1)
  const row = new Uint32Array(operations.length)
  const unsorted = new Float64Array(operations.length)
  let n = 0
  for (const operation of operations) {
    if (operation.kind !== kind || operation.outcome !== 'ok' || operation.endUs === null) continue
    row[n] = rowOf(operation.intendedUs)
    unsorted[n] = operation.endUs - operation.intendedUs
    start[row[n]! + 1]!++
    n++
  }
  for (let at = 0; at < rows; at++) start[at + 1] = start[at + 1]! + start[at]!
  const next = start.slice()
  const latencyUs = new Float64Array(n)
  for (let i = 0; i < n; i++) latencyUs[next[row[i]!]!++] = unsorted[i]!
  const columns = { p50: [] as (number | null)[], p90: [] as (number | null)[], p99: [] as (number | null)[] }
  for (let at = 0; at < rows; at++) {
    const sorted = latencyUs.subarray(start[at]!, start[at + 1]!).sort()
    const quantileMs = (p: number) => (sorted.length === 0 ? null : quantileOfSorted(sorted, p) / 1000)
    columns.p50.push(quantileMs(0.5))
    columns.p90.push(quantileMs(0.9))
    columns.p99.push(quantileMs(0.99))
  }
  return columns
}

function worstLag({ commitUs, lagUs }: LagSeries, rows: number, rowOf: (atUs: number) => number): (number | null)[] {
  const worst = new Array<number | null>(rows).fill(null)
  for (let i = 0; i < commitUs.length; i++) {
    const row = rowOf(commitUs[i]!)
    const lagMs = lagUs[i]! / 1000
    const soFar = worst[row]!
    if (soFar === null || lagMs > soFar) worst[row] = lagMs
  }
  return worst
}

/** Who reigned at each interval's start; null from the moment a newer epoch is being decided until it reigns. */
function sources(record: RunRecord, rows: number, intervalUs: number): (string | null)[] {
  const marks: { readonly atUs: number; readonly source: string | null }[] = []
  let newest = -1
  for (const { atUs, epoch, source } of reignsOf(record.events)) {
    marks.push({ atUs, source })
    newest = epoch
  }
  for (const event of record.events)
    if (event.kind === 'phase' && event.phase === 'decide' && event.epoch <= newest)
      marks.push({ atUs: event.atUs, source: null })
  marks.sort((a, b) => a.atUs - b.atUs)
  const result: (string | null)[] = []
  let next = 0
  let source: string | null = null
  for (let row = 0; row < rows; row++) {
    while (next < marks.length && marks[next]!.atUs <= row * intervalUs) source = marks[next++]!.source
    result.push(source)
  }
  return result
}
