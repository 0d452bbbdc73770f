/** Law: what the classifier calls a read changes nothing, also where nothing stops it. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ConnectionPool } from '../../../real/mysql/pool.ts'
import { SQL_READ_SETUP } from '../../../real/mysql/sql.ts'
import { StatementClassifier } from '../../../real/mysql/statement-class.ts'
import { test } from '../../support/test.ts'
import { drawnStatement } from './drawn-statements.ts'
import { withCluster } from './test-cluster.ts'

const STATEMENTS = 4_000
const SHOWN = [
  'SELECT @@global.gtid_executed',
  'CHECKSUM TABLE testdb.users, testdb.products, testdb._metadata, testdb._table_timestamps',
  "SELECT GROUP_CONCAT(CONCAT_WS('.', table_schema, table_name) ORDER BY 1) FROM information_schema.tables WHERE table_schema IN ('testdb', 'quorumlab')",
  'SELECT @@global.max_connections',
  'SELECT COUNT(*) FROM mysql.user',
]

test('no statement that is called a read changes anything, on connections that could', {
  needs: 'mysql',
  deadlineMs: 240_000,
}, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const { nodes, accounts } = cluster.driver
    const { host, port } = nodes[0]!
    const asking = new ConnectionPool({ host, port, account: accounts.client }, SQL_READ_SETUP, 2)
    const admin = await cluster.sql(0)
    for (const text of [
      "INSERT INTO testdb.products (name, stock) VALUES ('a', 1), ('b', 2), ('c', 3)",
      "CREATE PROCEDURE testdb.writes() INSERT INTO testdb.users (name) VALUES ('p')",
      // Known to write by nobody but the server: it is for the read-only connections to stop, so it has no body here.
      'CREATE FUNCTION testdb.writer() RETURNS INT DETERMINISTIC RETURN 1',
    ])
      await admin(text)
    // An administrator's, with every right, and read-only off.
    const run = await cluster.sql(0)
    await run('USE testdb')
    const look = async () => {
      const shown: unknown[] = []
      for (const text of SHOWN) shown.push(await admin(text))
      return JSON.stringify(shown)
    }
    const classifier = new StatementClassifier({ pools: [asking], deadlineUs: 5_000_000 })
    const counts = new Map<string, number>()
    try {
      const before = await look()
      let batch: string[] = []
      const judge = async () => {
        const after = await look()
        assert.equal(after, before, `one of these was called a read:\n${batch.join('\n')}`)
        batch = []
      }
      for (const text of fc.sample(drawnStatement, { numRuns: STATEMENTS, seed: 10 })) {
        const found = await classifier.classify(text)
        counts.set(found.class, (counts.get(found.class) ?? 0) + 1)
        if (found.class !== 'read') continue
        // What it refuses it has not done.
        await run(text).catch(() => {})
        if (batch.push(text) === 50) await judge()
      }
      await judge()
      // The corpus reaches everything that there is.
      for (const name of ['read', 'locking-read', 'write', 'ddl', 'session', 'refused'])
        assert.ok((counts.get(name) ?? 0) > 50, `${name}: ${counts.get(name) ?? 0}`)
    } finally {
      asking.close()
    }
  })
})
