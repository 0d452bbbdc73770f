/**
 * Latencies as an HdrHistogram log, which HistogramLogAnalyzer and its relatives draw: a line for each second of the
 * workload and kind (tag `read` or `write`), latencies in nanoseconds from the intended start, of what was answered ok.
 * The second is that in which the answer came.
 */
import { build, HistogramLogWriter } from 'hdr-histogram-js'
import type { Operation, RunRecord } from '../../scenarios/record.ts'

const INTERVAL_US = 1_000_000

export function* hdrLog({ seed, operations }: RunRecord): Generator<string> {
  let pending = ''
  const writer = new HistogramLogWriter((text: string) => {
    pending += text
  })
  writer.outputLogFormatVersion()
  writer.outputComment(`quorumlab, seed ${seed}: latencies from the intended start, maxima in milliseconds`)
  writer.outputLegend()
  for (const [interval, kinds] of byInterval(operations))
    for (const [kind, latenciesUs] of kinds) {
      const histogram = build({ numberOfSignificantValueDigits: 3 })
      for (const latencyUs of latenciesUs) histogram.recordValue(latencyUs * 1000)
      histogram.tag = kind
      writer.outputIntervalHistogram(histogram, interval, interval + 1)
      yield pending
      pending = ''
    }
  yield pending
}

type Kinds = Map<Operation['kind'], number[]>

/** By second, ascending. */
function byInterval(operations: readonly Operation[]): [number, Kinds][] {
  const intervals = new Map<number, Kinds>()
  for (const { kind, outcome, intendedUs, endUs } of operations) {
    if (outcome !== 'ok' || endUs === null) continue
    const interval = Math.floor(endUs / INTERVAL_US)
    const kinds: Kinds = intervals.get(interval) ?? new Map()
    const latencies = kinds.get(kind) ?? []
    latencies.push(endUs - intendedUs)
    kinds.set(kind, latencies)
    intervals.set(interval, kinds)
  }
  return [...intervals].sort(([a], [b]) => a - b)
}
