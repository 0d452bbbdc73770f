/** The stress tests of the original with their answers, and ours with live progress. */
import type { FastifyInstance } from 'fastify'
import type { Consistency } from '../../../algorithms/statements.ts'
import { rounded } from './level-metrics.ts'
import type { Operations } from './operations.ts'
import { readAfterWrite } from './read-after-write.ts'
import type { StressRuns } from './stress-runs.ts'

interface StressCallParts {
  readonly stress: StressRuns
  readonly operations: Operations
}

type Finished = Awaited<ReturnType<StressRuns['run']>>

const MOST_OPERATIONS = 10_000
const MOST_AT_ONCE = 100
const LEVELS = { enum: ['STRONG', 'SESSION', 'EVENTUAL'] } as const
const OPERATIONS = { type: 'integer', minimum: 1, maximum: MOST_OPERATIONS } as const
const BODY = { type: 'object', properties: { num_operations: OPERATIONS, consistency: LEVELS } } as const
/** Answers when it is done. */
const LONG = { isLong: true } as const
const COUNT = { type: 'string', pattern: '^[1-9]\\d{0,3}$' } as const

interface StressBody {
  readonly num_operations?: number
  readonly consistency?: Consistency
}

export function serveStress(app: FastifyInstance, { stress, operations }: StressCallParts): void {
  app.post<{ Body: StressBody }>(
    '/admin/stress-test/concurrent-writes',
    { config: LONG, schema: { summary: 'Writes, as many at once as there are (100 at most)', body: BODY } },
    async ({ body: { num_operations = 50, consistency = 'STRONG' } }) => {
      const name = 'Concurrent Writes'
      const run = await stress.alone(name, () => stress.run(wanted(name, num_operations, consistency, 0)))
      return { test_name: name, ...answer(run), consistency_level: consistency, timestamp_range: run.timestamps }
    },
  )
  app.post<{ Body: StressBody }>(
    '/admin/stress-test/read-write-mix',
    { config: LONG, schema: { summary: 'Reads and writes, 70 % of them reads', body: BODY } },
    async ({ body: { num_operations = 50, consistency = 'STRONG' } }) => {
      const name = 'Read/Write Mix'
      const run = await stress.alone(name, () => stress.run(wanted(name, num_operations, consistency, 0.7)))
      return {
        ...{ test_name: name, ...answer(run), consistency_level: consistency },
        ...{ timestamp_range: null, errors: null },
      }
    },
  )
  app.post<{ Querystring: { readonly num_operations?: string } }>(
    '/admin/stress-test/consistency-comparison',
    {
      config: LONG,
      schema: {
        summary: 'The same writes at both levels, one after the other',
        querystring: { type: 'object', properties: { num_operations: COUNT } },
      },
    },
    async ({ query }) => {
      const count = Number(query.num_operations ?? 30)
      const name = 'Consistency Comparison'
      return await stress.alone(name, async () => {
        const results: Record<string, ReturnType<typeof perLevel>> = {}
        for (const level of ['EVENTUAL', 'STRONG'] as const)
          results[level] = perLevel(await stress.run(wanted(`${name}: ${level}`, count, level, 0)))
        return { test_name: name, operations_per_level: count, results, summary: best(results) }
      })
    },
  )
  app.post<{ Querystring: { readonly num_trials?: string } }>(
    '/admin/stress-test/read-after-write',
    {
      config: LONG,
      schema: {
        summary: 'A write, and at once a read of it, at both levels',
        querystring: { type: 'object', properties: { num_trials: COUNT } },
      },
    },
    async ({ query }) =>
      stress.alone('Read After Write', () => readAfterWrite(operations, Number(query.num_trials ?? 20))),
  )
  app.post<{
    Body: { operations?: number; concurrency?: number; consistency?: Consistency; mix?: number }
  }>(
    '/admin/stress',
    {
      config: LONG,
      schema: {
        summary: 'A stress test whose progress is told by `stress` events; `mix` is the share of reads',
        body: {
          type: 'object',
          properties: {
            operations: OPERATIONS,
            concurrency: { type: 'integer', minimum: 1, maximum: MOST_AT_ONCE },
            consistency: LEVELS,
            mix: { type: 'number', minimum: 0, maximum: 1 },
          },
        },
      },
    },
    async ({ body: { operations: count = 100, concurrency = MOST_AT_ONCE, consistency = 'STRONG', mix = 0 } }) => {
      const kind = mix === 0 ? 'writes' : mix === 1 ? 'reads' : `${Math.round(mix * 100)} % reads`
      const run = await stress.alone(kind, () =>
        stress.run({ kind, operations: count, concurrency, consistency, reads: mix }),
      )
      return { success: true, message: `${run.record.successful} of ${count} done`, ...run.record }
    },
  )
}

function wanted(kind: string, operations: number, consistency: Consistency, reads: number) {
  return { kind, operations, concurrency: MOST_AT_ONCE, consistency, reads }
}

function measures({ record, latenciesMs, durationMs }: Finished) {
  const seconds = durationMs / 1_000
  const extreme = (of: (a: number, b: number) => number) =>
    latenciesMs.length === 0 ? 0 : rounded(latenciesMs.reduce((a, b) => of(a, b)))
  return {
    successful: record.successful,
    // Existing clients know no third way to end.
    failed: record.failed + record.unknown,
    duration_seconds: rounded(seconds),
    throughput_ops_per_sec: seconds === 0 ? 0 : rounded(record.successful / seconds),
    avg_latency_ms: record.latencyMs.mean,
    min_latency_ms: extreme(Math.min),
    max_latency_ms: extreme(Math.max),
    errors: record.errors.length === 0 ? null : record.errors,
  }
}

function answer(run: Finished) {
  const { latencyMs, unknown, timestampOrder } = run.record
  const { p50: p50_latency_ms, p95: p95_latency_ms, p99: p99_latency_ms } = latencyMs
  return {
    ...{ total_operations: run.record.total, ...measures(run), unknown },
    ...{ p50_latency_ms, p95_latency_ms, p99_latency_ms, timestamp_order: timestampOrder },
  }
}

function perLevel(run: Finished) {
  return { total: run.record.total, ...measures(run) }
}

function best(results: Readonly<Record<string, ReturnType<typeof perLevel>>>) {
  const by = (score: (of: ReturnType<typeof perLevel>) => number) =>
    Object.entries(results).reduce((a, b) => (score(b[1]) > score(a[1]) ? b : a))[0]
  return {
    fastest: by(({ avg_latency_ms }) => -avg_latency_ms),
    most_reliable: by(({ successful, total }) => successful / total),
    highest_throughput: by(({ throughput_ops_per_sec }) => throughput_ops_per_sec),
  }
}
