import assert from 'node:assert/strict'
import type { SqlClass, SqlValue } from '../../../algorithms/statements.ts'
import { test } from '../../support/test.ts'
import { withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const

function execute(text: string, parameters: readonly SqlValue[] = [], kind: SqlClass = 'write', counter = 7) {
  const statement = { kind: 'sql', text, parameters, class: kind } as const
  return { kind: 'execute', statement, timestamp: { counter, server: 1 }, operationId: null } as const
}

function query(text: string, parameters: readonly SqlValue[] = [], wantExecuted = false) {
  const statement = { kind: 'sql', text, parameters, class: 'read' } as const
  return { kind: 'query', statement, after: null, wantExecuted } as const
}

test('SQL says what it changed and shows what is there, its timestamp in its own row', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const { uuid } = await cluster.ok(0, { kind: 'probe' })
    const text = "INSERT INTO users (name, email) VALUES ('who?', ?), (\"o'brien\", ?)"
    const inserted = await cluster.ok(0, execute(text, ["a'; DROP TABLE users; --", null]))
    assert.deepEqual(inserted.result, { rowsAffected: 2, insertId: 1 })
    assert.equal(inserted.gtid?.uuid, uuid)
    assert.equal(inserted.executed, null)
    const read = await cluster.ok(
      0,
      query('SELECT name, email, timestamp, id AS name FROM users ORDER BY id', [], true),
    )
    assert.deepEqual(read.rows, {
      columns: ['name', 'email', 'timestamp', 'name'],
      rows: [
        ['who?', "a'; DROP TABLE users; --", 7, 1],
        ["o'brien", null, 7, 2],
      ],
    })
    assert.ok(read.executed?.has(inserted.gtid!))

    const updated = await cluster.ok(0, execute('UPDATE users SET name = ? WHERE id = ?', ['x', 2], 'write', 9))
    assert.equal(updated.result?.rowsAffected, 1)
    const row = await cluster.ok(0, query('SELECT timestamp FROM users WHERE id = ? LIMIT ?', [2, 1]))
    assert.deepEqual(row.rows?.rows, [[9]])

    const nothing = await cluster.ok(0, execute('UPDATE users SET name = ? WHERE id = 99', ['x']))
    assert.equal(nothing.gtid, null)
    assert.ok(nothing.executed?.has(updated.gtid!))
    assert.equal(nothing.result?.rowsAffected, 0)

    const made = await cluster.ok(0, execute('CREATE TABLE t (a BIGINT, b BLOB, c JSON, d DECIMAL(20, 5))', [], 'ddl'))
    assert.ok(made.gtid !== null)
    await cluster.ok(0, execute("INSERT INTO t VALUES (9007199254740993, x'00ff', '{\"a\": 1}', 1.5)"))
    const values = await cluster.ok(0, query('SELECT * FROM t'))
    assert.deepEqual(values.rows?.rows, [['9007199254740993', '0x00ff', '{"a": 1}', '1.50000']])
  })
})

test(
  "what is wrong with a client's statement is said in MySQL's words, and nothing is left behind",
  MYSQL,
  async () => {
    await withCluster(1, async (cluster) => {
      await cluster.reign(1, 0, [])
      const refused = async (request: ReturnType<typeof execute | typeof query>) => {
        const outcome = await cluster.call(0, request)
        assert.ok(outcome.kind === 'failed' && outcome.why.code === 'statement-refused', JSON.stringify(outcome))
        return [outcome.why.errno, outcome.why.sqlState]
      }
      assert.deepEqual(await refused(execute('INSERT INTO users (nosuch) VALUES (1)')), [1054, '42S22'])
      assert.deepEqual(await refused(execute("INSERT INTO users (name) VALUES ('a'); DROP TABLE users")), [
        1064,
        '42000',
      ])
      assert.deepEqual(await refused(query('SELECT 1; SELECT 2')), [1064, '42000'])
      assert.deepEqual(await refused(query('SELECT * FROM nosuch')), [1146, '42S02'])
      assert.deepEqual(await refused(query("INSERT INTO users (name) VALUES ('a')")), [1792, '25006'])
      assert.deepEqual(await refused(query('SELECT id FROM users FOR UPDATE')), [1792, '25006'])
      assert.deepEqual(await refused(execute('DELETE FROM quorumlab.epoch')), [1142, '42000'])
      assert.deepEqual(await refused(execute('CREATE TABLE quorumlab.t (a INT)', [], 'ddl')), [1142, '42000'])
      const { rows } = await cluster.ok(0, query('SELECT COUNT(*) FROM users'))
      assert.deepEqual(rows?.rows, [[0]])
    })
  },
)
