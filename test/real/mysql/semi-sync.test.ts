/** What the coordinator's connections to a source learn when its commits wait for receipts. */
import assert from 'node:assert/strict'
import { STRICT_SEMI_SYNC } from '../../../algorithms/semi-sync.ts'
import { insertOf, newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { withCluster } from './test-cluster.ts'

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
