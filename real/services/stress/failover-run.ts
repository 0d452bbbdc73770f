/** The source is killed in the middle of STRONG writes: how long nobody could write, and whether anything was lost. */
import type { StressCheck, StressFigure } from '../../../scenarios/stress-result.ts'
import type { FailoverRecord } from '../wire.ts'
import { type LevelAnswer, type Outcome, percentiles, type StressContext, timestampChecks } from './stress-answer.ts'

const USUAL_OPERATIONS = 1_000
/** Of the operations, before the source is stopped. */
const SHARE_BEFORE = 0.2
const BEGIN_MS = 30_000
const BACK_MS = 120_000
const SETTLED_MS = 10_000

interface Count {
  readonly total: number
}

export async function failoverRun(context: StressContext): Promise<Outcome> {
  const { client, watch, operations, signal } = context
  const sinceMs = Date.now()
  const before = await client.get<Count>('/admin/stress-test/data-count')
  const num_operations = operations ?? USUAL_OPERATIONS
  const load = client.post<LevelAnswer>('/admin/stress-test/concurrent-writes', {
    num_operations,
    consistency: 'STRONG',
  })
  load.catch(() => {})
  const isUnderWay = () => (watch.stressSince(sinceMs)?.done ?? 0) >= num_operations * SHARE_BEFORE
  await Promise.race([watch.until(isUnderWay, BEGIN_MS, signal), load])
  const stopped = await client.post<{ readonly old_master: string; readonly new_master: string }>(
    '/admin/stop-master',
    {},
  )
  const answer = await load
  const isBack = await watch.until(() => isWhole(context), BACK_MS, signal)
  await watch.until(() => watch.failoverSince(sinceMs)?.firstWriteMs != null, SETTLED_MS, signal)
  const failover = watch.failoverSince(sinceMs)
  const record = await watch.finishedSince(sinceMs)
  const after = await client.get<Count>('/admin/stress-test/data-count')
  const outage = failover?.outageMs ?? null
  return {
    sentence: `${stopped.new_master} in place of ${stopped.old_master}; ${outage === null ? 'no outage was measured' : `no write for ${outage.toFixed(0)} ms`}; ${answer.successful} of ${num_operations} writes acknowledged`,
    figures: [...figuresOf(answer, failover), ...percentiles(record)],
    steps: stepsOf(failover),
    checks: [
      survived(answer.successful, after.total - before.total),
      ...timestampChecks(watch, record),
      {
        name: 'the old source is back as a replica',
        verdict: isBack ? 'pass' : 'fail',
        detail: isBack ? 'without being told' : `not within ${BACK_MS / 1000} s`,
      },
    ],
    answer: { stopped, load: answer, failover },
  }
}

function isWhole({ watch: { topology } }: StressContext): boolean {
  if (topology === null || topology.source === null) return false
  return topology.nodes.every(({ role, healthy }) => healthy && (role === 'source' || role === 'replica'))
}

/** Rows whose answer was lost may be there as well. */
function survived(acknowledged: number, rows: number): StressCheck {
  const lost = Math.max(0, acknowledged - rows)
  return {
    name: 'acknowledged writes survive',
    verdict: lost > 0 ? 'fail' : acknowledged > 0 ? 'pass' : 'unknown',
    detail: `${acknowledged} acknowledged, ${rows} rows, ${lost} lost`,
  }
}

function figuresOf({ successful, failed }: LevelAnswer, failover: FailoverRecord | null): readonly StressFigure[] {
  const lastStep = stepsOf(failover).at(-1)
  return [
    { name: 'acknowledged', value: successful, unit: '' },
    { name: 'not acknowledged', value: failed, unit: '' },
    { name: 'outage', value: failover?.outageMs ?? null, unit: 'ms' },
    { name: 'first write of the new epoch', value: failover?.firstWriteMs ?? null, unit: 'ms' },
    { name: 'last step', value: lastStep?.atMs ?? null, unit: 'ms' },
  ]
}

function stepsOf(failover: FailoverRecord | null): Outcome['steps'] {
  if (failover === null) return []
  return failover.steps.map(({ phase, atMs, detail }) => ({ name: phase, atMs: atMs - failover.startedAtMs, detail }))
}
