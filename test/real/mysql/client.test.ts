import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { MysqlClient } from '../../../real/mysql/client.ts'
import { insertOf, newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { callOf, DATA_CONNECTIONS, withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const

test('writes carry their GTIDs, and a replica says what it has applied and received', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    const { uuid } = await cluster.ok(0, { kind: 'probe' })
    const written = await Promise.all([1, 2, 3, 4, 5, 6].map((op) => cluster.write(0, op, 7)))
    const all = MutableGtidSet.interval(uuid, 1, 6)
    assert.ok(written.reduce((union, set) => union.union(set), new MutableGtidSet()).equals(all))

    await cluster.waitApplied(1, all)
    const received = await cluster.ok(1, { kind: 'waitFor', gtids: all, level: 'received', timeoutUs: 1_000_000 })
    assert.equal(received.covered, true)
    assert.ok(received.gtids.covers(all))
    assert.ok((await cluster.ok(1, { kind: 'executed' })).executed.covers(all))
    assert.ok((await cluster.ok(1, { kind: 'confirm' })).gtids.covers(all))

    const never = MutableGtidSet.interval(uuid, 7, 7)
    for (const level of ['applied', 'received'] as const) {
      const reply = await cluster.ok(1, { kind: 'waitFor', gtids: never, level, timeoutUs: 50_000 })
      assert.equal(reply.covered, false)
      assert.ok(reply.gtids.covers(all))
    }
  })
})

test('a read gives the newest row of its key, after what it has to wait for', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    await cluster.write(0, 1, 7)
    await cluster.write(0, 2, 8)
    const after = await cluster.write(0, 3, 7)
    const read = await cluster.ok(1, newestOf(7, { after, wantExecuted: true }))
    assert.deepEqual(read.value, { op: 3, timestamp: { counter: 3, server: 1 } })
    assert.ok(read.executed?.covers(after))
    const plain = await cluster.ok(0, newestOf(8))
    const value = { op: 2, timestamp: { counter: 2, server: 1 } }
    assert.deepEqual(plain, { value, rows: null, executed: null, told: { promised: 1, receipts: 0 } })
    const none = await cluster.ok(0, newestOf(9, { wantExecuted: true }))
    assert.equal(none.value, null)

    const { uuid } = await cluster.ok(0, { kind: 'probe' })
    const late = await cluster.call(
      1,
      newestOf(7, { after: MutableGtidSet.interval(uuid, 99, 99), wantExecuted: true }),
      100_000,
    )
    assert.deepEqual(late, failed({ code: 'not-caught-up' }))
  })
})

test('what a server refuses has certainly failed', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    await cluster.write(0, 1)
    const again = await cluster.call(0, insertOf(1, 1))
    assert.deepEqual(again, failed({ code: 'duplicate-operation', errno: 1062, sqlState: '23000' }))
    const onReplica = await cluster.call(1, insertOf(2, 1))
    assert.deepEqual(onReplica, failed({ code: 'read-only', errno: 1290, sqlState: 'HY000' }))
  })
})

test(
  'a statement on a paused server is unknown at its deadline; one without a connection has failed',
  MYSQL,
  async () => {
    await withCluster(1, async (cluster) => {
      await cluster.reign(1, 0, [])
      await cluster.write(0, 1)
      await cluster.driver.pause('node1')
      const sent = await cluster.call(0, insertOf(2, 1), 100_000)
      assert.deepEqual(sent, unknown({ code: 'deadline' }))
      const more = await Promise.all([10, 11, 12, 13, 14, 15].map((op) => cluster.call(0, insertOf(op, 1), 100_000)))
      assert.ok(more.some((outcome) => outcome.kind === 'failed'))
      await cluster.driver.resume('node1')
      // Only the connections that were given up are gone: the server serves again at once.
      await cluster.write(0, 3)
      const rows = await cluster.ok(0, newestOf(1))
      assert.ok(rows.value !== null)
    })
  },
)

test(
  'a killed server: in flight is unknown, then refused at once, then served again after a restart',
  MYSQL,
  async () => {
    await withCluster(1, async (cluster) => {
      await cluster.reign(1, 0, [])
      await cluster.write(0, 1)
      const lock = await cluster.sql(0)
      await lock('LOCK TABLES quorumlab.operations READ')
      const inFlight = cluster.call(0, insertOf(2, 1))
      // The statement waits for the table: it is in flight when another look finds it there.
      const look = await cluster.sql(0)
      for (let found = 0; found === 0; )
        found = (
          (await look(
            "SELECT 1 FROM performance_schema.processlist WHERE INFO LIKE 'INSERT INTO quorumlab%'",
          )) as unknown[]
        ).length
      await cluster.driver.kill('node1')
      const lost = await inFlight
      assert.deepEqual(lost, unknown({ code: 'connection-lost' }))
      const refused = await cluster.call(0, insertOf(3, 1))
      assert.deepEqual(refused, failed({ code: 'connection-refused' }))
      await cluster.driver.restart('node1')
      const { value } = await cluster.ok(0, newestOf(1))
      assert.equal(value?.op, 1)
    })
  },
)

test('of the connections that a burst has opened, those that rest are closed', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const { nodes: members, accounts } = cluster.driver
    const client = new MysqlClient({ node: members[0]!, members, accounts, semiSync: null }, { dataConnections: 20 })
    try {
      const look = await cluster.sql(0)
      const atServer = async () =>
        (
          (await look(
            `SELECT 1 FROM performance_schema.processlist WHERE USER = '${accounts.client.user}'`,
          )) as unknown[]
        ).length
      // Those of the test's own client, which a new source gets ahead of need.
      const others = DATA_CONNECTIONS
      while ((await atServer()) < others) await sleep(10)
      await Promise.all(Array.from({ length: 20 }, () => callOf(client, newestOf(1))))
      assert.ok((await atServer()) - others > 12, `${(await atServer()) - others} were opened`)
      // From here on one statement at a time is asked: for as long as it takes, and then to see what stays.
      for (let asked = 0, stays = 0; stays < 50; asked++) {
        assert.equal((await callOf(client, newestOf(1))).kind, 'ok')
        const open = (await atServer()) - others
        assert.ok(open >= 8, `${open} are open after ${asked} statements`)
        if (open === 8) stays++
        await sleep(10)
      }
    } finally {
      client.close()
    }
  })
})

test('a replica shows how far it is in a large transaction while that comes in', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    const [onSource, onReplica] = [await cluster.sql(0), await cluster.sql(1)]
    await onReplica('STOP REPLICA IO_THREAD')
    await onSource(
      'CREATE TABLE testdb.large (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, content MEDIUMBLOB NOT NULL)',
    )
    const numbers = Array.from({ length: 60 }, (_, i) => `SELECT ${i}`).join(' UNION ALL ')
    await onSource(`INSERT INTO testdb.large (content) SELECT REPEAT('x', 1000000) FROM (${numbers}) AS numbers`)
    const { uuid, executed } = await cluster.ok(0, { kind: 'probe' })
    const transaction = `${uuid}:${executed.highest(uuid)}`

    await onReplica('START REPLICA IO_THREAD')
    const positions: number[] = []
    for (let isHere = false; !isHere; ) {
      const { arriving, retrieved } = await cluster.ok(1, { kind: 'probe' })
      if (arriving?.transaction === transaction) positions.push(arriving.position)
      isHere = retrieved.highest(uuid) === executed.highest(uuid)
      assert.ok(!isHere || arriving === null)
    }
    assert.ok(new Set(positions).size > 2, `${positions.length} looks`)
    assert.deepEqual(
      positions,
      positions.toSorted((a, b) => a - b),
    )
    assert.ok(positions.at(-1)! - positions[0]! > 1_000_000)
  })
})
