/** Every call of the coordinator's service on real servers, as existing clients make it; and bodies that nobody should send. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { RandomStreams } from '../../../../scenarios/chance/random.ts'
import { test } from '../../../support/test.ts'
import { EventFollower } from './event-follower.ts'
import { look, RunningSystem } from './running-system.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 240_000 } as const

async function withSystem(work: (system: RunningSystem) => Promise<void>): Promise<void> {
  const system = await RunningSystem.start()
  try {
    await system.until(async () => (await system.get('/status')).total_replicas === 3)
    await work(system)
  } finally {
    await system.stop()
  }
}

function typesOf(json: unknown): Record<string, string> {
  const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)
  return Object.fromEntries(Object.entries(json as object).map(([key, value]) => [key, typeOf(value)]))
}

test('every call has the shape that existing clients read, and faults are seen before, during and after', MYSQL, () =>
  withSystem(async (system) => {
    const writes = await system.post('/admin/stress-test/concurrent-writes', {
      num_operations: 25,
      consistency: 'STRONG',
    })
    assert.deepEqual([writes.total_operations, writes.successful, writes.failed], [25, 25, 0], JSON.stringify(writes))
    assert.deepEqual([writes.errors, writes.consistency_level, writes.unknown], [null, 'STRONG', 0])
    const [min, max] = look(writes, 'timestamp_range.min', 'timestamp_range.max').map(Number)
    assert.ok(min! < max!)
    assert.deepEqual(look(writes, 'timestamp_order.unique', 'timestamp_order.ordered'), [true, true])
    for (const field of [
      'duration_seconds',
      'throughput_ops_per_sec',
      'avg_latency_ms',
      'min_latency_ms',
      'max_latency_ms',
    ])
      assert.ok(Number(writes[field]) > 0, field)

    const mix = await system.post('/admin/stress-test/read-write-mix', '')
    assert.deepEqual([mix.total_operations, mix.successful, mix.errors, mix.timestamp_range], [50, 50, null, null])
    const comparison = (
      await system.call('/admin/stress-test/consistency-comparison?num_operations=10', { method: 'POST' })
    ).json
    assert.equal(comparison.operations_per_level, 10)
    assert.deepEqual(look(comparison, 'results.STRONG.successful', 'results.EVENTUAL.total'), [10, 10])
    assert.deepEqual(typesOf(comparison.summary), {
      ...{ fastest: 'string', most_reliable: 'string', highest_throughput: 'string' },
    })
    const trials = (await system.call('/admin/stress-test/read-after-write?num_trials=4', { method: 'POST' })).json
    assert.deepEqual(
      look(trials, 'strong_results.success_count', 'strong_results.stale_reads', 'num_trials'),
      [4, 0, 4],
    )
    assert.deepEqual(look(trials, 'summary.strong_success_rate', 'trial_logs.1.consistency'), ['100.0%', 'EVENTUAL'])
    assert.deepEqual(typesOf(look(trials, 'trial_logs.0.trials.0')[0]), {
      ...{ trial: 'number', write_success: 'boolean', data_found: 'boolean', latency_ms: 'number' },
    })

    const count = await system.get('/admin/stress-test/data-count')
    assert.deepEqual(count, { users: 25 + 15 + 20 + 8, products: 0, total: 68 })
    await system.until(async () => {
      const [newest, lag] = look(
        await system.get('/table-timestamps'),
        'master.table_timestamps.users',
        'replicas.0.table_lag.users',
      )
      return Number(newest) >= max! && lag === 0
    })
    assert.deepEqual(typesOf(await system.get('/admin/current-quorum')), {
      ...{ master: 'string', cabinet_selected: 'list', actual_replicas_to_wait: 'list', quorum_size: 'number' },
      ...{ total_instances: 'number', metrics: 'object', from: 'string', age_ms: 'number', reason: 'string' },
    })
    const cleared = await system.post('/admin/clear-data', '')
    assert.deepEqual([cleared.success, cleared.users_deleted, cleared.timestamp_reset], [true, 68, false])
    assert.match(cleared.message as string, /taas never gives a number twice/)
    assert.equal((await system.get('/admin/stress-test/data-count')).total, 0)

    const dry = await system.get('/admin/dry-run')
    assert.equal(dry.source, 'instance-1')
    const manual = await system.post('/admin/mode', { automatic: false })
    assert.deepEqual([manual.success, manual.mode], [true, 'manual'])
    assert.equal(look(await system.get('/admin/dry-run'), 'why.code')[0], 'manual-mode')
    await system.post('/admin/mode', { automatic: true })
    const moved = await system.post('/admin/switchover', { to: 'instance-3' })
    assert.deepEqual([moved.success, moved.new_leader_id], [true, 'instance-3'], JSON.stringify(moved))

    const fault = await system.post('/admin/fault', { verb: 'pause', target: 'instance-2' })
    assert.match(String(look(fault, 'witness.before')[0]), /^(?!.*stopped by a signal)/)
    assert.match(String(look(fault, 'witness.during')[0]), /stopped by a signal/)
    assert.equal((await system.call('/admin/fault', { body: { verb: 'crash', target: 'instance-2' } })).status, 409)
    await system.until(async () => look(await system.get('/state'), 'topology.nodes.1.role')[0] === 'down')
    const healed = await system.post('/admin/heal', { id: fault.id })
    assert.ok(!/stopped by a signal/.test(String(look(healed, 'healed.0.witness.after')[0])))
    const short = await system.post('/admin/fault', { verb: 'crash', target: 'instance-4', for_seconds: 0.5 })
    await system.until(async () => {
      const faults = look(await system.get('/state'), 'faults')[0] as { id: string; healedAtMs: number | null }[]
      return faults.find(({ id }) => id === short.id)!.healedAtMs !== null
    })
    for (const body of [
      { verb: 'melt', target: 'source' },
      { verb: 'crash', target: 'instance-7' },
    ])
      assert.equal((await system.call('/admin/fault', { body })).status, 400)
    assert.equal((await system.call('/admin/heal', { body: { id: 'nothing' } })).status, 404)

    assert.deepEqual(await system.get('/runs'), { runs: [] })
    assert.equal((await system.call('/runs/../../etc/report.html')).status, 404)
    const page = await system.call('/', { headers: { accept: 'text/html' } })
    // The page, or how to build it.
    assert.deepEqual([page.status, /^text\//.test(String(page.headers['content-type']))], [200, true])
    const missing = await system.call('/nowhere')
    assert.deepEqual([missing.status, missing.json.success, typeof missing.json.detail], [404, false, 'string'])
    const api = await system.get('/openapi.json')
    // Nothing was done, whatever it was meant to be.
    for (const [body, type] of [
      ['{"query":', 'application/json'],
      ['query', 'text/csv'],
      [`{"query": "${'x'.repeat(1_200_000)}"}`, 'application/json'],
    ] as const) {
      const answer = await system.call('/query', { method: 'POST', body, headers: { 'content-type': type } })
      assert.deepEqual([answer.json?.success, answer.json?.outcome], [false, 'failed'], answer.text.slice(0, 200))
    }
    for (const path of ['/query', '/admin/stop-master', '/admin/stress', '/events'])
      assert.ok(path in (api.paths as object), path)
  }),
)

const ODD = [null, true, 0, -1, 1e308, '', 'x'.repeat(300), '\u0000', [], {}, [1, [2]], { a: null }, 'DROP TABLE users']

/** Bodies that a careless or hostile program may send; what would act is made invalid by `spoil`. */
function drawnBody(draw: (below: number) => number, fields: readonly string[], spoil: object): string {
  const kind = draw(10)
  if (kind === 0) return ['', '{', 'null', '[]', '"x"', '{"a":1,}', '\u0000', '{}'.repeat(2)][draw(8)]!
  const body = Object.fromEntries(fields.filter(() => draw(4) > 0).map((field) => [field, ODD[draw(ODD.length)]]))
  return JSON.stringify({ ...body, ...spoil })
}

test(
  '3,000 drawn bodies on calls that do not act, and 500 on those that do: no stack trace, no 5xx but 503 with a reason',
  MYSQL,
  () =>
    withSystem(async (system) => {
      const stream = new RandomStreams(7).stream('bodies')
      const draw = (below: number) => Math.floor(stream.uniform() * below)
      const acting: readonly (readonly [path: string, fields: readonly string[], spoil: object])[] = [
        ['/admin/stop-master-only', ['master_id'], { how: 'gently' }],
        ['/admin/stop-master', ['x'], { how: 7 }],
        ['/admin/promote-leader', ['new_leader'], {}],
        ['/admin/start-instance', ['instance_id'], {}],
        ['/admin/mode', ['automatic'], { automatic: 'perhaps' }],
        ['/admin/switchover', ['to'], { to: 5 }],
        ['/admin/fault', ['verb', 'target', 'for_seconds'], {}],
        ['/admin/heal', ['id'], {}],
        ['/admin/stress', ['operations', 'consistency', 'mix'], { operations: 0 }],
        ['/admin/stress-test/concurrent-writes', ['num_operations', 'consistency'], { num_operations: 'many' }],
      ]
      const query = ['/query', ['query', 'consistency', 'parameters', 'session_token', 'operation_id'], {}] as const
      const gets = ['/admin/dry-run?to=', '/runs/', '/status?', '/admin/dry-run?x=', '/']
      const statuses = new Map<number, number>()
      const judge = ({ status, text, json }: Awaited<ReturnType<RunningSystem['call']>>, what: string) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        assert.ok(status < 500 || status === 503, `${status} for ${what}: ${text}`)
        assert.ok(!/\.ts:\d|node_modules| {4}at /.test(text), `${what}: ${text}`)
        if (status >= 400) assert.deepEqual([json?.success, typeof json?.detail], [false, 'string'], `${what}: ${text}`)
      }
      const send = async (path: string, body: string) =>
        judge(
          await system.call(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
          `${path} ${body}`,
        )
      for (let n = 0; n < 3_000; n += 20)
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            const [path, fields, spoil] = query
            if (draw(4) > 0) return await send(path, drawnBody(draw, fields, spoil))
            const odd = encodeURIComponent(String(ODD[draw(ODD.length)])).slice(0, 200)
            const get = gets[draw(gets.length)]! + odd
            return judge(await system.call(get), get)
          }),
        )
      for (let n = 0; n < 500; n++) {
        const [path, fields, spoil] = acting[draw(acting.length)]!
        // An empty body would stop the source: the calls that need none are sent spoilt ones.
        const body = drawnBody(draw, fields, spoil)
        const isEmpty = body.trim() === '' || body === 'null'
        await send(path, isEmpty ? '{"how":"gently","automatic":0,"to":7,"operations":0,"num_operations":0}' : body)
      }
      assert.ok((statuses.get(422) ?? 0) > 500, JSON.stringify([...statuses]))
      assert.equal((await system.post('/query', { query: 'SELECT 1 AS one' })).success, true)
      assert.deepEqual(look(await system.get('/status'), 'current_master.id', 'mode'), ['instance-1', 'automatic'])
    }),
)

test(
  '1,000 writes at 100 at once with the source killed in the middle, and the coordinator killed again and again: nothing lost, no event missed',
  MYSQL,
  () =>
    withSystem(async (system) => {
      const follower = new EventFollower(system.port)
      const stress = system.call('/admin/stress', { body: { operations: 1_000, concurrency: 100 } })
      await sleep(600)
      await system.post('/admin/fault', { verb: 'crash', target: 'source', for_seconds: 2 })
      const { json } = await stress
      const successful = Number(json.successful)
      assert.equal(json.done, 1_000)
      assert.ok(successful > 800, JSON.stringify(json))
      assert.deepEqual(look(json, 'timestampOrder.unique', 'timestampOrder.ordered', 'failed'), [true, true, 0])
      const { users } = await system.get('/admin/stress-test/data-count')
      // Those whose end is unknown may be there, too.
      assert.ok(Number(users) >= successful && Number(users) <= successful + Number(json.unknown), `${users} rows`)
      assert.ok(look(await system.get('/state'), 'failovers.length')[0] !== 0)

      for (let life = 0; life < 20; life++) {
        await system.killService('coordinator')
        await system.startService('coordinator')
        await system.until(async () => (await system.get('/status')).state === 'reigns')
      }
      await system.post('/admin/stress', { operations: 20 })
      const lastId = Number(look(await system.get('/state'), 'lastEventId')[0])
      await system.until(async () => follower.ids.at(-1)! >= lastId)
      // Told every now and then, and a coordinator that lives for a second only may not come to it.
      const passing = ['topology', 'services', 'sample']
      await system.until(async () => passing.every((name) => (follower.names.get(name) ?? 0) > 0))
      follower.stop()
      assert.deepEqual(follower.irregular, [])
      assert.ok(follower.connections > 20 && follower.resets === 0, `${follower.connections} connections`)
      for (const name of ['decision', 'failover', 'fault', 'stress'])
        assert.ok((follower.names.get(name) ?? 0) > 0, name)
    }),
)
