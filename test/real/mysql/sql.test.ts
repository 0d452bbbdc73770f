import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { changeBy, queryBy } from './sql-requests.ts'
import { withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const

test('SQL says what it changed and shows what is there, its timestamp in its own row', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const { uuid } = await cluster.ok(0, { kind: 'probe' })
    const text = "INSERT INTO users (name, email) VALUES ('who?', ?), (\"o'brien\", ?)"
    const inserted = await cluster.ok(0, changeBy(text, { parameters: ["a'; DROP TABLE users; --", null] }))
    assert.deepEqual(inserted.result, { rowsAffected: 2, insertId: 1, rows: null })
    assert.equal(inserted.gtid?.uuid, uuid)
    assert.equal(inserted.executed, null)
    const read = await cluster.ok(
      0,
      queryBy('SELECT name, email, timestamp, id AS name FROM users ORDER BY id', [], true),
    )
    assert.deepEqual(read.rows, {
      columns: ['name', 'email', 'timestamp', 'name'],
      rows: [
        ['who?', "a'; DROP TABLE users; --", 7, 1],
        ["o'brien", null, 7, 2],
      ],
    })
    assert.ok(read.executed?.has(inserted.gtid!))

    const renaming = { parameters: ['x', 2], counter: 9 }
    const updated = await cluster.ok(0, changeBy('UPDATE users SET name = ? WHERE id = ?', renaming))
    assert.equal(updated.result?.rowsAffected, 1)
    const row = await cluster.ok(0, queryBy('SELECT timestamp FROM users WHERE id = ? LIMIT ?', [2, 1]))
    assert.deepEqual(row.rows?.rows, [[9]])

    const nothing = await cluster.ok(0, changeBy("UPDATE users SET name = 'x' WHERE id = 99"))
    assert.equal(nothing.gtid, null)
    assert.ok(nothing.executed?.has(updated.gtid!))
    assert.equal(nothing.result?.rowsAffected, 0)
    const plan = await cluster.ok(0, changeBy('EXPLAIN DELETE FROM users'))
    assert.equal(plan.gtid, null)
    assert.ok(plan.result?.rows?.columns.includes('EXPLAIN'))

    const made = await cluster.ok(
      0,
      changeBy('CREATE TABLE t (a BIGINT, b BLOB, c JSON, d DECIMAL(20, 5))', { class: 'ddl' }),
    )
    assert.ok(made.gtid !== null)
    await cluster.ok(0, changeBy("INSERT INTO t VALUES (9007199254740993, x'00ff', '{\"a\": 1}', 1.5)"))
    const values = await cluster.ok(0, queryBy('SELECT * FROM t'))
    assert.deepEqual(values.rows?.rows, [['9007199254740993', '0x00ff', '{"a": 1}', '1.50000']])
  })
})

test(
  "what is wrong with a client's statement is said in MySQL's words, and nothing is left behind",
  MYSQL,
  async () => {
    await withCluster(1, async (cluster) => {
      await cluster.reign(1, 0, [])
      const refused = async (request: ReturnType<typeof changeBy | typeof queryBy>) => {
        const outcome = await cluster.call(0, request)
        assert.ok(outcome.kind === 'failed' && outcome.why.code === 'statement-refused', JSON.stringify(outcome))
        return [outcome.why.errno, outcome.why.sqlState]
      }
      assert.deepEqual(await refused(changeBy('INSERT INTO users (nosuch) VALUES (1)')), [1054, '42S22'])
      assert.deepEqual(await refused(changeBy("INSERT INTO users (name) VALUES ('a'); DROP TABLE users")), [
        1064,
        '42000',
      ])
      assert.deepEqual(await refused(queryBy('SELECT 1; SELECT 2')), [1064, '42000'])
      assert.deepEqual(await refused(queryBy('SELECT * FROM nosuch')), [1146, '42S02'])
      assert.deepEqual(await refused(queryBy("INSERT INTO users (name) VALUES ('a')")), [1792, '25006'])
      assert.deepEqual(await refused(queryBy('SELECT id FROM users FOR UPDATE')), [1792, '25006'])
      assert.deepEqual(await refused(changeBy('DELETE FROM quorumlab.epoch')), [1142, '42000'])
      assert.deepEqual(await refused(changeBy('CREATE TABLE quorumlab.t (a INT)', { class: 'ddl' })), [1142, '42000'])
      assert.deepEqual(await refused(changeBy('CREATE TABLE t (a INT) ENGINE = MyISAM', { class: 'ddl' })), [
        3161,
        'HY000',
      ])
      assert.deepEqual(await refused(queryBy('SELECT * FROM users WHERE id = ?', [1, 2])), [1210, 'HY000'])
      assert.deepEqual(await refused(queryBy('SELECT * FROM users WHERE id = ? OR id = ?', [1])), [1210, 'HY000'])
      const { rows } = await cluster.ok(0, queryBy('SELECT COUNT(*) FROM users'))
      assert.deepEqual(rows?.rows, [[0]])
    })
  },
)

test('a function that writes is no read: the read-only connections say so', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const sql = await cluster.sql(0)
    await sql(
      "CREATE FUNCTION testdb.f() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO testdb.users (name) VALUES ('f'); RETURN 1; END",
    )
    const outcome = await cluster.call(0, queryBy('SELECT f()'))
    assert.ok(outcome.kind === 'failed' && outcome.why.code === 'statement-refused' && outcome.why.errno === 1792)
    assert.match(outcome.reason, /taken for a read, and it writes/)
    assert.deepEqual(await sql('SELECT COUNT(*) FROM testdb.users'), [[0]])
  })
})

test('what nobody waits for any more is ended on its server, too', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const late = await cluster.call(0, queryBy('SELECT SLEEP(30)'), 300_000)
    assert.ok(late.kind === 'unknown' && late.why.code === 'deadline')
    const sql = await cluster.sql(0)
    const running = "SELECT COUNT(*) FROM information_schema.processlist WHERE INFO LIKE 'SELECT SLEEP(30)%'"
    for (let tried = 0; ((await sql(running)) as [[number]])[0][0] > 0; tried++) {
      assert.ok(tried < 100, 'it still runs')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await cluster.ok(0, queryBy('SELECT 1'))
  })
})
