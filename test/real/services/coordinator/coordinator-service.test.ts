/** The coordinator's service on real servers: one system for all tests of this file. */
import assert from 'node:assert/strict'
import { test } from '../../../support/test.ts'
import { look, RunningSystem } from './running-system.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 90_000 } as const

test('statements at three levels, refusals and errors: each says what came of it', MYSQL, async () => {
  const system = await RunningSystem.start()
  try {
    assert.deepEqual(await system.get('/health'), { status: 'healthy', service: 'coordinator' })
    await system.until(async () => (await system.get('/status')).total_replicas === 3)
    const status = await system.get('/status')
    assert.deepEqual(status.current_master, {
      id: 'instance-1',
      host: 'mysql-instance-1',
      container: 'mysql-instance-1',
    })
    assert.deepEqual(
      [status.replication_mode, status.master_is_original, status.mode, status.stand_back],
      ['binlog', true, 'automatic', false],
    )

    const written = await system.post('/query', { query: "INSERT INTO users (name, email) VALUES ('a', \"o'b\")" })
    assert.deepEqual(
      [written.success, written.quorum_achieved, written.rows_affected, written.executed_on, written.epoch],
      [true, true, 1, 'mysql-instance-1', status.epoch],
    )
    assert.ok(Number.isSafeInteger(written.timestamp) && Number(written.latency_ms) > 0)
    const read = await system.post('/query', { query: 'SELECT name, email, timestamp FROM users' })
    assert.deepEqual(read.data, [{ name: 'a', email: "o'b", timestamp: written.timestamp }])
    assert.equal(read.rows_affected, 1)
    const eventual = await system.post('/query', { query: 'SHOW TABLES', consistency: 'EVENTUAL' })
    assert.deepEqual([eventual.success, eventual.rows_affected], [true, 4])
    assert.ok('lag_transactions' in eventual)

    const first = await system.post('/query', {
      ...{ query: 'INSERT INTO users (name, email) VALUES (?, ?)', parameters: ['x', "'; --"] },
      consistency: 'SESSION',
    })
    assert.equal(typeof first.session_token, 'string')
    const own = await system.post('/query', {
      ...{ query: "SELECT email FROM users WHERE name = 'x'", consistency: 'SESSION' },
      session_token: first.session_token,
    })
    assert.deepEqual(own.data, [{ email: "'; --" }])

    for (const [body, status, text] of [
      [{ query: '  ' }, 400, /^Empty query/],
      [{ query: 'SELECT 1; SELECT 2' }, 400, /SQL syntax/],
      [{ query: 'BEGIN' }, 400, /^Unsupported query type/],
      [{ query: 'SELECT id FROM users FOR UPDATE' }, 400, /^Unsupported query type/],
      [{ query: 'SELEC 1' }, 400, /SQL syntax/],
      [{ query: 'SELECT 1', session_token: 'nonsense' }, 400, /session_token/],
      [{}, 422, /query/],
      ['', 422, /query/],
      [{ query: 5 }, 422, /query/],
      [{ query: 'SELECT 1', consistency: 'strong' }, 422, /consistency/],
    ] as const) {
      const { json, status: found } = await system.call('/query', {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/json' } },
      })
      assert.equal(found, status, JSON.stringify(body))
      assert.deepEqual([json.success, json.outcome], [false, 'failed'])
      assert.match(json.detail as string, text)
      for (const field of ['detail', 'message', 'error']) assert.equal(typeof json[field], 'string')
    }
    const twice = await system.post('/query', { query: "INSERT INTO users (name, email) VALUES ('b', \"o'b\")" })
    assert.deepEqual([twice.success, twice.outcome, twice.errno, twice.sqlState], [false, 'failed', 1062, '23000'])
    assert.deepEqual([twice.executed_on, twice.epoch], ['mysql-instance-1', status.epoch])
    const metrics = await system.get('/consistency-metrics')
    assert.deepEqual(look(metrics, 'STRONG.write_count', 'STRONG.failures', 'STRONG.success_rate'), [1, 0, 100])
    assert.deepEqual(look(metrics, 'EVENTUAL.read_count', 'SESSION.total_count'), [1, 2])

    await system.killService('coordinator')
    await system.startService('coordinator')
    await system.until(async () => (await system.get('/status')).state === 'reigns')
    const after = await system.post('/query', { query: 'SELECT COUNT(*) AS n FROM users' })
    assert.deepEqual(after.data, [{ n: 2 }])
    assert.ok(Number(after.epoch) > Number(status.epoch))
  } finally {
    await system.stop()
  }
})
