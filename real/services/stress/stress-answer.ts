/** What the runs of a stress share: what they are given, what the coordinator answers, and the figures in that. */
import type { StressCheck, StressFigure, StressRun } from '../../../scenarios/stress-result.ts'
import type { StressRecord } from '../wire.ts'
import type { CoordinatorClient } from './coordinator-client.ts'
import type { Watch } from './watch.ts'

export interface StressContext {
  readonly client: CoordinatorClient
  readonly watch: Watch
  /** Null: what is usual for each. */
  readonly operations: number | null
  readonly consistency: 'STRONG' | 'SESSION' | 'EVENTUAL'
  readonly signal: AbortSignal
}

export type Outcome = Pick<StressRun, 'sentence' | 'figures' | 'steps' | 'checks' | 'answer'>

/** Of the coordinator's answers, as its older clients know them. */
export interface LevelAnswer {
  readonly successful: number
  readonly failed: number
  readonly duration_seconds: number
  readonly throughput_ops_per_sec: number
  readonly avg_latency_ms: number
  readonly min_latency_ms: number
  readonly max_latency_ms: number
  readonly errors: readonly string[] | null
}

export function figuresOf(answer: LevelAnswer): readonly StressFigure[] {
  return [
    { name: 'done', value: answer.successful, unit: '' },
    { name: 'not done', value: answer.failed, unit: '' },
    { name: 'took', value: answer.duration_seconds, unit: 's' },
    { name: 'throughput', value: answer.throughput_ops_per_sec, unit: '/s' },
    { name: 'mean latency', value: answer.avg_latency_ms, unit: 'ms' },
    { name: 'longest', value: answer.max_latency_ms, unit: 'ms' },
  ]
}

export function percentiles(record: StressRecord | null): readonly StressFigure[] {
  if (record === null) return []
  const { p50, p95, p99 } = record.latencyMs
  return [
    { name: 'latency p50', value: p50, unit: 'ms' },
    { name: 'latency p95', value: p95, unit: 'ms' },
    { name: 'latency p99', value: p99, unit: 'ms' },
  ]
}

/** odd-even promises no order among its servers: a violation there is what was chosen, and said. */
export function timestampChecks({ topology }: Watch, record: StressRecord | null): readonly StressCheck[] {
  if (record === null) return []
  const { unique, ordered, violations, detail } = record.timestampOrder
  const isPromised = topology?.algorithms.timestamps !== 'odd-even'
  const said = detail === '' ? `${violations} violations` : detail
  return [
    { name: 'timestamps are unique', verdict: unique ? 'pass' : 'fail', detail: said },
    {
      name: 'timestamps are in real-time order',
      verdict: ordered ? 'pass' : isPromised ? 'fail' : 'unknown',
      detail: said,
    },
  ]
}

export function perSecond({ throughput_ops_per_sec, avg_latency_ms }: LevelAnswer): string {
  return `${throughput_ops_per_sec.toFixed(0)}/s, mean ${avg_latency_ms.toFixed(1)} ms`
}
