import assert from 'node:assert/strict'
import { mysqlWhy } from '../../../algorithms/reasons/mysql-errors.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { type SemiSyncSettings, STRICT_SEMI_SYNC } from '../../../algorithms/semi-sync.ts'
import { newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { BenchCluster } from './bench-cluster.ts'

function semiSynchronous(k: number, settings: Partial<SemiSyncSettings> = {}): BenchCluster {
  const cluster = new BenchCluster({ semiSync: STRICT_SEMI_SYNC })
  cluster.replicate()
  cluster.must('node1', { kind: 'set semi-sync', on: true, k, settings: { ...STRICT_SEMI_SYNC, ...settings } })
  return cluster
}

function stopReceivers(cluster: BenchCluster, ...nodes: string[]): void {
  for (const node of nodes) cluster.must(node, { kind: 'stop receiver' })
  cluster.run(5)
}

test('a semi-sync source answers only when k replicas hold the transaction', () => {
  for (const receivers of [0, 1, 2, 3]) {
    const cluster = semiSynchronous(2)
    stopReceivers(cluster, ...['node2', 'node3', 'node4'].slice(receivers))
    const write = cluster.write('node1')
    cluster.run(30_000)
    assert.equal(write.outcome?.kind ?? 'waiting', receivers >= 2 ? 'ok' : 'waiting', `${receivers} receivers`)
  }
})

test('while it waits the row is in the binlog, and invisible', () => {
  const cluster = semiSynchronous(1)
  stopReceivers(cluster, 'node2', 'node3', 'node4')
  const write = cluster.write('node1')
  cluster.run(100)
  assert.equal(write.outcome, null)
  assert.equal(cluster.server('node1').data.binlog.length, 1)
  assert.ok(cluster.state('node1').executed.isEmpty)
  assert.equal(cluster.get('node1', newestOf(write.op % 7)).value, null)
})

test('semi-sync switched off answers the waiting clients OK for rows that no replica has', () => {
  const cluster = semiSynchronous(1)
  stopReceivers(cluster, 'node2', 'node3', 'node4')
  const writes = cluster.load('node1', 3)
  cluster.run(100)
  assert.ok(writes.every(({ outcome }) => outcome === null))
  cluster.must('node1', { kind: 'set semi-sync', on: false, k: 1 })
  cluster.run(10)
  assert.ok(writes.every(({ outcome }) => outcome?.kind === 'ok'))
  for (const node of ['node2', 'node3', 'node4']) assert.ok(cluster.state(node).retrieved.isEmpty)
})

test('super_read_only hangs for ever behind semi-sync waits whose receivers are stopped, and KILL does not end those', () => {
  const cluster = semiSynchronous(1)
  stopReceivers(cluster, 'node2', 'node3', 'node4')
  const write = cluster.write('node1')
  cluster.run(100)
  assert.equal(cluster.type('node1', { kind: 'set super_read_only', on: true, lockWaitUs: null }, 30_000), null)
  assert.equal(cluster.state('node1').superReadOnly, false)
  cluster.instance('node1').statements.abandonReadOnlyWait()
  cluster.run(1_000)
  assert.equal(write.outcome, null)
  assert.deepEqual(cluster.type('node1', { kind: 'set super_read_only', on: true, lockWaitUs: 1_000_000 }, 2_000), {
    ok: false,
    why: mysqlWhy(1205),
  })
})

test('new writes wait behind a pending super_read_only, and then fail', () => {
  const cluster = semiSynchronous(1)
  stopReceivers(cluster, 'node2', 'node3', 'node4')
  cluster.write('node1')
  cluster.run(100)
  cluster.instance('node1').statements.run({ kind: 'set super_read_only', on: true, lockWaitUs: null }, () => {})
  const late = cluster.write('node1')
  cluster.run(1_000)
  assert.equal(late.outcome, null)
  cluster.must('node1', { kind: 'set semi-sync', on: false, k: 1 })
  cluster.run(10)
  assert.deepEqual(late.outcome, failed(mysqlWhy(1290)))
  assert.equal(cluster.state('node1').superReadOnly, true)
})

test('fence is quick and tells no client OK, in the very state where every other order goes wrong', () => {
  const cluster = semiSynchronous(2)
  stopReceivers(cluster, 'node2', 'node3', 'node4')
  const writes = cluster.load('node1', 5)
  cluster.run(50)
  const beganUs = cluster.kernel.queue.now
  const fenced = cluster.administer('node1', 2, null, { command: 'fence', promise: 2 })
  assert.equal(fenced.kind, 'ok')
  assert.ok(cluster.kernel.queue.now - beganUs < 100_000, `${cluster.kernel.queue.now - beganUs} us`)
  for (const { outcome } of writes) assert.deepEqual(outcome, unknown({ code: 'connection-lost' }))
  const state = cluster.state('node1')
  assert.deepEqual(
    [state.superReadOnly, state.offline, state.semiSyncSource, state.promised, state.executed.size],
    [true, true, false, 2, 5],
  )
})

test('after its timeout a source answers alone, at once for whoever comes next, and waits again when replicas have caught up', () => {
  const cluster = semiSynchronous(1, { timeoutUs: 500_000 })
  stopReceivers(cluster, 'node2', 'node3', 'node4')
  const { semiSync } = cluster.instance('node1')
  const first = cluster.write('node1')
  cluster.run(400)
  assert.deepEqual([first.outcome, semiSync.waits], [null, true])
  cluster.run(200)
  assert.deepEqual([first.outcome?.kind, semiSync.waits, semiSync.enabled], ['ok', false, true])
  const second = cluster.write('node1')
  cluster.run(20)
  assert.equal(second.outcome?.kind, 'ok', 'nobody waits any more')
  for (const node of ['node2', 'node3', 'node4']) assert.ok(cluster.state(node).retrieved.isEmpty)

  cluster.must('node2', { kind: 'start receiver' })
  cluster.run(100)
  assert.equal(semiSync.waits, true, 'node2 has everything')
  stopReceivers(cluster, 'node2')
  const third = cluster.write('node1')
  cluster.run(400)
  assert.equal(third.outcome?.kind ?? 'waiting', 'waiting')
  cluster.run(200)
  assert.equal(third.outcome?.kind, 'ok')
})

test('with wait_no_replica off it does not wait once too few replicas are connected', () => {
  const cluster = semiSynchronous(2, { waitNoReplica: false })
  const { semiSync } = cluster.instance('node1')
  stopReceivers(cluster, 'node2')
  assert.equal(semiSync.waits, true, 'two are left')
  stopReceivers(cluster, 'node3')
  assert.equal(semiSync.waits, false)
  const write = cluster.write('node1')
  cluster.run(20)
  assert.equal(write.outcome?.kind, 'ok')
  cluster.must('node3', { kind: 'start receiver' })
  cluster.run(100)
  assert.equal(semiSync.waits, true)
})
