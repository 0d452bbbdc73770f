import assert from 'node:assert/strict'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { nodeTarget } from '../../../real/faults/targets.ts'
import { insertOf, newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { callOf, withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 90_000 } as const

test('a promise is kept, leaves no GTID, and shuts the door it opened', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    const state = await cluster.administer(0, 3, null, { command: 'detach', promise: 3 })
    assert.deepEqual(
      { promised: state.promised, executed: state.executed.toString(), superReadOnly: state.superReadOnly },
      { promised: 3, executed: '', superReadOnly: true },
    )
    const lower = await cluster.call(0, {
      kind: 'administer',
      epoch: 2,
      source: null,
      action: { command: 'detach', promise: 2 },
    })
    assert.deepEqual(lower, failed({ code: 'deposed', by: 'promise', epoch: 3, session: 2 }))
    assert.equal((await cluster.ok(0, { kind: 'probe' })).promised, 3)
  })
})

test('a coordinator that wakes up after another took over changes nothing', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    const other = cluster.coordinatorOf(1)
    try {
      const taken = await callOf(other, {
        kind: 'administer',
        epoch: 2,
        source: null,
        action: { command: 'detach', promise: 2 },
      })
      assert.equal(taken.kind, 'ok')
      // The old session was killed; whether it notices or connects anew, it is deposed.
      let late = await cluster.call(1, {
        kind: 'administer',
        epoch: 1,
        source: 'node1',
        action: { command: 'point', source: 'node1', drain: false },
      })
      assert.equal(late.kind, 'failed')
      late = await cluster.call(1, {
        kind: 'administer',
        epoch: 1,
        source: 'node1',
        action: { command: 'point', source: 'node1', drain: false },
      })
      assert.deepEqual(late, failed({ code: 'deposed', by: 'promise', epoch: 2, session: 1 }))
      assert.equal((await cluster.ok(1, { kind: 'probe' })).receiver, 'stopped')
    } finally {
      other.close()
    }
  })
})

test('one epoch has one source: a session that names another is deposed by the row', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    const outcome = await cluster.call(0, {
      kind: 'administer',
      epoch: 1,
      source: 'node2',
      action: { command: 'quiesce' },
    })
    assert.deepEqual(outcome, failed({ code: 'deposed', by: 'rival', epoch: 1, member: 0, named: 1 }))
    assert.equal((await cluster.ok(0, { kind: 'probe' })).superReadOnly, false)
  })
})

test('following another source keeps what lies unapplied in the relay log', MYSQL, async () => {
  await withCluster(3, async (cluster) => {
    await cluster.reign(1, 0, [1, 2])
    await cluster.waitApplied(1, await cluster.write(0, 1))
    const admin = await cluster.sql(1)
    await admin('STOP REPLICA SQL_THREAD')
    const { uuid } = await cluster.ok(0, { kind: 'probe' })
    for (let op = 2; op <= 20; op++) await cluster.write(0, op)
    const all = MutableGtidSet.interval(uuid, 1, 20)
    const received = await cluster.ok(1, { kind: 'waitFor', gtids: all, level: 'received', timeoutUs: 5_000_000 })
    assert.equal(received.covered, true)
    await cluster.waitApplied(2, all)

    // The source dies. Member 2 reigns; member 1 follows it with nineteen transactions unapplied.
    await cluster.driver.kill('node1')
    const stopped = await cluster.administer(1, 2, null, { command: 'detach', promise: 2 })
    assert.equal(stopped.applier, 'stopped')
    assert.ok(stopped.retrieved.covers(all) && !stopped.executed.covers(all))
    await cluster.reign(2, 2, [])
    const pointed = await cluster.administer(1, 2, 'node3', { command: 'point', source: 'node3', drain: false })
    assert.equal(pointed.applier, 'running')
    assert.ok(pointed.retrieved.covers(all), 'the relay log is still there')
    await cluster.waitApplied(1, all.union(await cluster.write(2, 21)))
  })
})

test('who is pointed promises the epoch first, and that is read back', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    const silenced = await cluster.administer(1, 4, 'node1', { command: 'quiesce' })
    assert.equal(silenced.promised, 1)
    const pointed = await cluster.administer(1, 4, 'node1', { command: 'point', source: 'node1', drain: false })
    assert.equal(pointed.promised, 4)
    assert.equal(pointed.superReadOnly, true)
    await cluster.waitApplied(1, await cluster.write(0, 1))
  })
})

test('nobody becomes the source before everything in its relay log is applied', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    const admin = await cluster.sql(1)
    await admin('STOP REPLICA SQL_THREAD')
    const gtids = await cluster.write(0, 1)
    await cluster.ok(1, { kind: 'waitFor', gtids, level: 'received', timeoutUs: 5_000_000 })
    await cluster.administer(1, 2, null, { command: 'detach', promise: 2 })
    const marker = markerOf({ epoch: 2, k: 1, member: 1, base: 0 })
    const request = {
      kind: 'administer',
      epoch: 2,
      source: 'node2',
      action: { command: 'promote', marker, k: 1 },
    } as const
    const early = await cluster.call(1, request)
    assert.equal(early.kind, 'failed')
    assert.equal('why' in early && early.why.code, 'unapplied')
    assert.equal((await cluster.ok(1, { kind: 'probe' })).superReadOnly, true)
    await admin('START REPLICA SQL_THREAD')
    await cluster.waitApplied(1, gtids)
    const late = await cluster.administer(1, 2, 'node2', request.action)
    assert.equal(late.superReadOnly, false)
    assert.ok(late.executed.has(marker))
  })
})

test(
  'a fence cuts clients off; only the account for draining gets in, and a drained replica has it all',
  MYSQL,
  async () => {
    await withCluster(2, async (cluster) => {
      await cluster.reign(1, 0, [1])
      await cluster.waitApplied(1, await cluster.write(0, 1))
      await cluster.administer(1, 2, null, { command: 'detach', promise: 2 })
      const missing = await cluster.write(0, 2)
      const fenced = await cluster.administer(0, 2, null, { command: 'fence', promise: 2 })
      assert.deepEqual([fenced.offline, fenced.superReadOnly, fenced.promised], [true, true, 2])
      assert.ok(fenced.executed.covers(missing))
      const refused = await cluster.call(0, insertOf(3, 1))
      assert.deepEqual(refused, failed({ code: 'offline-mode', errno: 3032, sqlState: 'HY000' }))
      await cluster.administer(1, 2, null, { command: 'point', source: 'node1', drain: true })
      await cluster.waitApplied(1, missing)
      // A later reign takes it back: quiesced, then following, and online again.
      await cluster.reign(3, 1, [])
      const quiet = await cluster.administer(0, 3, 'node2', { command: 'quiesce' })
      assert.equal(quiet.superReadOnly, true)
      const back = await cluster.administer(0, 3, 'node2', { command: 'point', source: 'node2', drain: false })
      assert.deepEqual([back.offline, back.source], [false, 'node2'])
      await cluster.waitApplied(0, await cluster.write(1, 4))
    })
  },
)

test(
  'a quiesced server has no clients, no applier and no writer; its relay log can then be dropped',
  MYSQL,
  async () => {
    await withCluster(2, async (cluster) => {
      await cluster.reign(1, 0, [1])
      await cluster.waitApplied(1, await cluster.write(0, 1))
      // A client's connection on the replica, idle.
      await cluster.ok(1, newestOf(1))
      const quiet = await cluster.administer(1, 1, 'node1', { command: 'quiesce' })
      assert.deepEqual([quiet.receiver, quiet.applier, quiet.superReadOnly], ['stopped', 'stopped', true])
      const look = await cluster.sql(1)
      const clients = `SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_USER = '${cluster.driver.accounts.client.user}'`
      assert.deepEqual(await look(clients), [])
      const applies = await cluster.administer(1, 1, 'node1', { command: 'apply' })
      assert.deepEqual([applies.receiver, applies.applier], ['stopped', 'running'])
      const dropped = await cluster.administer(1, 1, 'node1', { command: 'discardRelayLog' })
      assert.deepEqual([dropped.source, dropped.retrieved.toString()], [null, ''])
      // Never configured again: it follows from what it has executed.
      await cluster.administer(1, 1, 'node1', { command: 'point', source: 'node1', drain: false })
      await cluster.waitApplied(1, await cluster.write(0, 2))
      await cluster.administer(1, 1, 'node1', { command: 'release' })
      assert.deepEqual(await look("SELECT IS_USED_LOCK('quorumlab')"), [[null]])
    })
  },
)

test('a command that overruns its deadline is killed and seen dead before its outcome is told', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.administer(0, 1, null, { command: 'detach', promise: 1 })
    const blocker = await cluster.sql(0)
    await blocker('SET sql_log_bin = 0; BEGIN; SELECT * FROM quorumlab.promise FOR SHARE')
    const outcome = await cluster.call(
      0,
      { kind: 'administer', epoch: 2, source: null, action: { command: 'detach', promise: 2 } },
      300_000,
    )
    assert.deepEqual(outcome, unknown({ code: 'deadline' }))
    const look = await cluster.sql(0)
    assert.deepEqual(await look("SELECT IS_USED_LOCK('quorumlab')"), [[null]])
    await blocker('ROLLBACK')
    assert.equal((await cluster.ok(0, { kind: 'probe' })).promised, 1)
    assert.equal((await cluster.administer(0, 2, null, { command: 'detach', promise: 2 })).promised, 2)
  })
})

test(
  'a further row of the epoch is replicated beside the writes of clients, and written twice it is there once',
  MYSQL,
  async () => {
    await withCluster(2, async (cluster) => {
      await cluster.reign(1, 0, [1])
      await cluster.write(0, 1)
      const marker = markerOf({ epoch: 1, k: 2, member: 0, base: 0 })
      const mark = { command: 'mark', marker, k: 2, receipts: 2 } as const
      await cluster.administer(0, 1, 'node1', mark)
      const again = await cluster.administer(0, 1, 'node1', mark)
      assert.equal(again.superReadOnly, false)
      const after = await cluster.write(0, 2)
      await cluster.waitApplied(1, after.union(MutableGtidSet.of(marker)))
      const replica = await cluster.sql(1)
      assert.deepEqual(await replica('SELECT epoch, k FROM quorumlab.epoch ORDER BY k'), [
        [1, 1],
        [1, 2],
      ])
      const refused = await cluster.call(1, { kind: 'administer', epoch: 1, source: 'node1', action: mark })
      assert.equal(refused.kind, 'failed')
    })
  },
)

test(
  'a blocked applier applies nothing, is seen to stand still by others, and goes on when it is unblocked',
  MYSQL,
  async () => {
    await withCluster(2, async (cluster) => {
      await cluster.reign(1, 0, [1])
      await cluster.waitApplied(1, await cluster.write(0, 1))
      const target = nodeTarget(cluster.driver, 'node2')
      const applier = target.applier!
      assert.equal((await applier.look()).look, 'applying')
      assert.equal((await applier.block()).look, 'blocked')
      const gtids = await cluster.write(0, 2)
      const received = await cluster.ok(1, { kind: 'waitFor', gtids, level: 'received', timeoutUs: 5_000_000 })
      assert.equal(received.covered, true)
      const applied = await cluster.ok(1, { kind: 'waitFor', gtids, level: 'applied', timeoutUs: 200_000 })
      assert.equal(applied.covered, false)
      await applier.unblock()
      await cluster.waitApplied(1, gtids)
      assert.equal((await applier.look()).look, 'applying')
    })
  },
)
