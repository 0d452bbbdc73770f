/** What two results are compared on, as each trial measured it. */

import type { Result } from '../result.ts'
import type { ComparisonRow, SampleSummary } from './compare-results.ts'
import { ci95Of, median, medianInterval, oneEach } from './statistics.ts'

export type Durations = readonly (number | null)[]
type Trial = Result['trials'][number]

export interface Metric {
  readonly name: string
  readonly unit: ComparisonRow['unit']
  readonly better: 'lower' | 'higher'
  /** All values of one trial; none where there was nothing to measure. */
  readonly of: (trial: Trial) => Durations
}

export const METRICS: readonly Metric[] = [
  { name: 'failoverMs', unit: 'ms', better: 'lower', of: (trial) => trial.failoverMs },
  { name: 'plannedMoveMs', unit: 'ms', better: 'lower', of: (trial) => trial.plannedMoveMs ?? [] },
  { name: 'clientOutageMs', unit: 'ms', better: 'lower', of: (trial) => trial.clientOutageMs },
  { name: 'throughputOpsPerSec', unit: 'ops/s', better: 'higher', of: (trial) => [trial.throughputOpsPerSec] },
  { name: 'writeP50Ms', unit: 'ms', better: 'lower', of: ({ writeP50Ms: ms }) => (ms === null ? [] : [ms]) },
  { name: 'writeP99Ms', unit: 'ms', better: 'lower', of: ({ writeP99Ms: ms }) => (ms === null ? [] : [ms]) },
  { name: 'lagP99Ms', unit: 'ms', better: 'lower', of: ({ lagP99Ms: ms }) => (ms === null ? [] : [ms]) },
]

export function samplesOf(metric: Metric, a: Result, b: Result): { a: SampleSummary; b: SampleSummary } {
  return { a: sampleOf(a.trials.map(metric.of)), b: sampleOf(b.trials.map(metric.of)) }
}

function sampleOf(perTrial: readonly Durations[]): SampleSummary {
  const each = oneEach(perTrial)
  const interval = medianInterval(each)
  return { n: each.length, median: median(each), ci95: ci95Of(interval), interval }
}

/** Of two medians; null where one is missing or the base is 0. */
export function relative(from: number | null, to: number | null): number | null {
  return from === null || to === null || from === 0 ? null : (to - from) / from
}
