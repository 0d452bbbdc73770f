/**
 * The runs of a stress, a record for each: what is asked of the coordinator, what its answer says, and what must hold.
 * The coordinator itself makes the load and counts, so that these numbers are those of the dashboard.
 */
import type { StressCheck, StressFigure, StressKindName } from '../../../scenarios/stress-result.ts'
import { failoverRun } from './failover-run.ts'
import { lagRun } from './lag-run.ts'
import {
  figuresOf,
  type LevelAnswer,
  type Outcome,
  percentiles,
  perSecond,
  type StressContext,
  timestampChecks,
} from './stress-answer.ts'

interface StressKind {
  readonly title: string
  readonly perform: (context: StressContext) => Promise<Outcome>
}

export const STRESS_KINDS: Readonly<Record<StressKindName, StressKind>> = {
  'concurrent-writes': { title: 'Concurrent writes', perform: (context) => written(context, 'concurrent-writes') },
  'read-write-mix': { title: '70 % reads, 30 % writes', perform: (context) => written(context, 'read-write-mix') },
  'consistency-comparison': { title: 'EVENTUAL beside STRONG', perform: compared },
  'read-after-write': { title: 'Read after write', perform: readAfterWrite },
  lag: { title: 'Replication lag under a burst of writes', perform: lagRun },
  failover: { title: 'The source stopped under load', perform: failoverRun },
}

async function written(
  { client, watch, operations, consistency }: StressContext,
  path: 'concurrent-writes' | 'read-write-mix',
): Promise<Outcome> {
  const sinceMs = Date.now()
  const body = { consistency, ...(operations === null ? {} : { num_operations: operations }) }
  const answer = await client.post<LevelAnswer>(`/admin/stress-test/${path}`, body)
  const record = await watch.finishedSince(sinceMs)
  return {
    sentence: `${answer.successful} of ${answer.successful + answer.failed} done at ${consistency}, ${perSecond(answer)}`,
    figures: [...figuresOf(answer), ...percentiles(record)],
    steps: [],
    checks: [allDone('all operations are done', answer), ...timestampChecks(watch, record)],
    answer,
  }
}

async function compared({ client, operations }: StressContext): Promise<Outcome> {
  const query = operations === null ? '' : `?num_operations=${operations}`
  const answer = await client.post<{
    readonly results: Readonly<Record<'EVENTUAL' | 'STRONG', LevelAnswer>>
    readonly summary: { readonly fastest: string }
  }>(`/admin/stress-test/consistency-comparison${query}`, {})
  const levels = ['EVENTUAL', 'STRONG'] as const
  const means = levels.map((level) => `${level} ${answer.results[level].avg_latency_ms.toFixed(1)} ms`)
  return {
    sentence: `mean latency ${means.join(', ')}; fastest ${answer.summary.fastest}`,
    figures: levels.flatMap((level) =>
      figuresOf(answer.results[level]).map((figure) => ({ ...figure, name: `${level} ${figure.name}` })),
    ),
    steps: [],
    checks: levels.map((level) => allDone(`all ${level} operations are done`, answer.results[level])),
    answer,
  }
}

interface TrialsAnswer {
  readonly success_count: number
  readonly total_trials: number
  readonly stale_reads: number
  readonly avg_latency_ms: number
}

async function readAfterWrite({ client, operations }: StressContext): Promise<Outcome> {
  const query = operations === null ? '' : `?num_trials=${operations}`
  const answer = await client.post<{
    readonly strong_results: TrialsAnswer
    readonly eventual_results: TrialsAnswer
  }>(`/admin/stress-test/read-after-write${query}`, {})
  const { strong_results: strong, eventual_results: eventual } = answer
  const seen = ({ success_count, total_trials }: TrialsAnswer) => `${success_count} of ${total_trials}`
  const isSeen = strong.success_count === strong.total_trials
  const figures = (level: string, { success_count, stale_reads, avg_latency_ms }: TrialsAnswer): StressFigure[] => [
    { name: `${level} seen`, value: success_count, unit: '' },
    { name: `${level} stale`, value: stale_reads, unit: '' },
    { name: `${level} mean latency`, value: avg_latency_ms, unit: 'ms' },
  ]
  return {
    sentence: `a STRONG read sees the write before it ${seen(strong)} times, an EVENTUAL one ${seen(eventual)}`,
    figures: [...figures('STRONG', strong), ...figures('EVENTUAL', eventual)],
    steps: [],
    checks: [
      { name: 'STRONG reads see what was written', verdict: isSeen ? 'pass' : 'fail', detail: `${seen(strong)} did` },
    ],
    answer,
  }
}

function allDone(name: string, { successful, failed, errors }: LevelAnswer): StressCheck {
  if (failed === 0 && successful > 0) return { name, verdict: 'pass', detail: `${successful} of ${successful}` }
  const why = errors?.[0] === undefined ? '' : `: ${errors[0]}`
  return { name, verdict: 'fail', detail: `${failed} of ${successful + failed} not${why}` }
}
