/** What the coordinator's connections to a source learn, and cost it, when its commits wait for receipts. */
import assert from 'node:assert/strict'
import { unknown } from '../../../algorithms/reasons/outcomes.ts'
import { STRICT_SEMI_SYNC } from '../../../algorithms/semi-sync.ts'
import { insertOf, newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { DATA_CONNECTIONS, withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const

test("a connection is told of its source's receipts; to one that has restarted, of none", MYSQL, async () => {
  await withCluster(
    2,
    async (cluster) => {
      // A connection from before the source was one does not speak for it.
      await cluster.ok(0, newestOf(1))
      await cluster.reign(1, 0, [1])
      const { told } = await cluster.ok(0, insertOf(1, 1))
      assert.deepEqual(told, { promised: 1, receipts: 1 })
      assert.deepEqual((await cluster.ok(0, newestOf(1))).told, told)

      await cluster.driver.kill('node1')
      await cluster.driver.restart('node1')
      const administrator = await cluster.sql(0)
      await administrator('SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF')
      const unseen = await cluster.ok(0, insertOf(2, 1))
      assert.deepEqual(unseen.told, { promised: 1, receipts: 0 })
      assert.deepEqual((await cluster.ok(0, newestOf(1))).told.receipts, 0)
    },
    STRICT_SEMI_SYNC,
  )
})

test('commits that hang hold as many connections as the pool is large, and free them', MYSQL, async () => {
  await withCluster(
    2,
    async (cluster) => {
      await cluster.reign(1, 0, [1])
      await cluster.ok(0, insertOf(1, 1))
      const [source, replica] = [await cluster.sql(0), await cluster.sql(1)]
      const held = async () => {
        const user = cluster.driver.accounts.client.user
        const text = `SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_USER = '${user}'`
        return Number(((await source(text)) as number[][])[0]![0])
      }
      await replica('STOP REPLICA IO_THREAD')
      for (let round = 0; round < 3; round++) {
        const ops = Array.from({ length: DATA_CONNECTIONS }, (_, i) => 10 + round * DATA_CONNECTIONS + i)
        const outcomes = await Promise.all(ops.map((op) => cluster.call(0, insertOf(op, 1), 300_000)))
        // Beyond the first no write was sent: these have certainly failed.
        if (round === 0) for (const outcome of outcomes) assert.deepEqual(outcome, unknown({ code: 'deadline' }))
        else for (const { kind } of outcomes) assert.equal(kind, 'failed')
        assert.equal(await held(), DATA_CONNECTIONS)
      }
      await replica('START REPLICA IO_THREAD')
      await cluster.ok(0, insertOf(100, 1))
    },
    STRICT_SEMI_SYNC,
  )
})
