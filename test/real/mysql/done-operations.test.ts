import assert from 'node:assert/strict'
import { FORGET_EVERY } from '../../../real/mysql/done-operations.ts'
import { test } from '../../support/test.ts'
import { changeBy, queryBy } from './sql-requests.ts'
import { withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const
const INSERT = 'INSERT INTO users (name) VALUES (?)'

test('who sends an operation again gets what the first one came to, and nothing is done twice', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const send = (counter: number, parameters = ['a']) =>
      cluster.call(0, changeBy(INSERT, { parameters, counter, operationId: 'op-1' }))
    const first = await send(7)
    assert.ok(first.kind === 'ok' && first.reply.gtid !== null && first.reply.repeats === null)
    const again = await send(8)
    assert.ok(again.kind === 'ok' && again.reply.gtid === null)
    assert.deepEqual(again.reply.result, { rowsAffected: 1, insertId: 1, rows: null })
    assert.deepEqual(again.reply.repeats, { timestamp: { counter: 7, server: 1 } })
    assert.ok(again.reply.executed?.has(first.reply.gtid))
    const other = await send(9, ['b'])
    assert.ok(other.kind === 'failed' && other.why.code === 'operation-reused')
    const ddl = await cluster.call(0, changeBy('CREATE TABLE t (a INT)', { class: 'ddl', operationId: 'op-2' }))
    assert.ok(ddl.kind === 'failed' && ddl.why.code === 'operation-id-with-ddl')

    const wrong = () => cluster.call(0, changeBy('INSERT INTO users (nosuch) VALUES (1)', { operationId: 'op-3' }))
    for (const refused of [await wrong(), await wrong()])
      assert.ok(refused.kind === 'failed' && refused.why.code === 'statement-refused' && refused.why.errno === 1054)
    const { rows } = await cluster.ok(0, queryBy('SELECT name, timestamp FROM users'))
    assert.deepEqual(rows?.rows, [['a', 7]])
  })
})

test('an operation that is sent again while the first one is under way is done once', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const sends = Array.from({ length: 12 }, (_, i) =>
      cluster.ok(0, changeBy(INSERT, { parameters: ['a'], counter: i + 1, operationId: `op-${i % 3}` })),
    )
    const replies = await Promise.all(sends)
    for (const operation of [0, 1, 2]) {
      const its = replies.filter((_, i) => i % 3 === operation)
      assert.equal(its.filter(({ repeats }) => repeats === null).length, 1)
      assert.equal(new Set(its.map(({ result }) => result?.insertId)).size, 1)
    }
    // The first one is held up by a lock, and its repeat with it; when the first is given up, the repeat does it.
    const sql = await cluster.sql(0)
    await sql('LOCK TABLES testdb.users READ')
    const held = { parameters: ['held'], operationId: 'op-held' }
    const first = cluster.call(0, changeBy(INSERT, held), 1_000_000)
    const repeat = cluster.call(0, changeBy(INSERT, held), 4_000_000)
    const lost = await first
    assert.ok(lost.kind === 'unknown' && lost.why.code === 'deadline')
    await sql('UNLOCK TABLES')
    const done = await repeat
    assert.ok(done.kind === 'ok', JSON.stringify(done))
    const { rows } = await cluster.ok(0, queryBy("SELECT COUNT(*) FROM users WHERE name = 'held'"))
    assert.deepEqual(rows?.rows, [[1]])
    assert.deepEqual((await cluster.ok(0, queryBy('SELECT COUNT(*) FROM users'))).rows?.rows, [[4]])
  })
})

test('old operations are forgotten beside the writes', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    await cluster.ok(0, changeBy(INSERT, { parameters: ['a'], operationId: 'old' }))
    const sql = await cluster.sql(0)
    await sql('UPDATE quorumlab.done_operations SET done_at = NOW(6) - INTERVAL 2 HOUR')
    for (let i = 1; i < FORGET_EVERY; i += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, j) =>
          cluster.ok(0, changeBy(INSERT, { parameters: ['b'], operationId: `new-${i + j}` })),
        ),
      )
    const old = "SELECT COUNT(*) FROM quorumlab.done_operations WHERE operation_id = 'old'"
    for (let tried = 0; ((await sql(old)) as [[number]])[0][0] > 0; tried++) {
      assert.ok(tried < 100, 'it is still known')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
})
