/** The behaviours that failover/rules.md marks as seen on real servers: the model has to show each of them. */
import assert from 'node:assert/strict'
import { mysqlWhy } from '../../../algorithms/reasons/mysql-errors.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { insertOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { BenchCluster } from './bench-cluster.ts'

/** node2 holds transactions in its relay log that it cannot apply: a table lock is in the way. */
function withUnappliedRelayLog(): BenchCluster {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node2', { kind: 'lock tables' })
  cluster.load('node1', 10)
  cluster.run(20)
  const { executed, retrieved } = cluster.state('node2')
  assert.equal(retrieved.size, 10)
  assert.equal(executed.size, 0)
  return cluster
}

/** ... and both threads are stopped; the rolled back transactions are still in the relay log. */
function withStoppedThreads(): BenchCluster {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node2', { kind: 'stop applier' })
  cluster.load('node1', 10)
  cluster.run(20)
  cluster.must('node2', { kind: 'stop receiver' })
  assert.equal(cluster.state('node2').retrieved.size, 10)
  return cluster
}

test('CHANGE with both threads stopped deletes the relay log, and what was received is gone', () => {
  const cluster = withStoppedThreads()
  cluster.must('node2', { kind: 'change source', source: 'node3', account: 'plain', heartbeatUs: 500_000 })
  assert.equal(cluster.state('node2').retrieved.size, 0)
  cluster.must('node2', { kind: 'start applier' })
  cluster.run(50)
  assert.equal(cluster.state('node2').executed.size, 0)
})

test('CHANGE with the applier running keeps the relay log, and it is applied', () => {
  const cluster = withStoppedThreads()
  cluster.must('node2', { kind: 'start applier' })
  cluster.must('node2', { kind: 'change source', source: 'node3', account: 'plain', heartbeatUs: 500_000 })
  assert.equal(cluster.state('node2').retrieved.size, 10)
  cluster.run(50)
  assert.equal(cluster.state('node2').executed.size, 10)
})

test('RESET REPLICA deletes the relay log; with a thread running it is refused', () => {
  const cluster = withStoppedThreads()
  cluster.must('node2', { kind: 'start applier' })
  assert.deepEqual(cluster.type('node2', { kind: 'reset replica', all: false }), { ok: false, why: mysqlWhy(3081) })
  const stopped = withStoppedThreads()
  stopped.must('node2', { kind: 'reset replica', all: false })
  assert.ok(stopped.state('node2').retrieved.isEmpty)
  assert.equal(stopped.state('node2').source, 'node1')
})

test('CHANGE needs the receiver stopped, and with SOURCE_AUTO_POSITION the applier as well', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  const change = { kind: 'change source', source: 'node3', account: 'plain', heartbeatUs: 500_000 } as const
  assert.deepEqual(cluster.type('node2', change), { ok: false, why: mysqlWhy(3021) })
  cluster.must('node2', { kind: 'stop receiver' })
  assert.deepEqual(cluster.type('node2', { ...change, autoPosition: true }), { ok: false, why: mysqlWhy(3085) })
  cluster.must('node2', change)
})

test('a CHANGE that leaves the heartbeat out sets it back to 30 s', () => {
  const cluster = new BenchCluster({ costs: { netTimeoutUs: 60_000_000 } })
  cluster.replicate()
  cluster.run(5_000)
  assert.ok(cluster.state('node2').fedAgeUs! <= 501_000, 'heartbeats every 0.5 s')
  cluster.must('node2', { kind: 'stop receiver' })
  cluster.must('node2', { kind: 'change source', source: 'node1', account: 'plain' })
  cluster.must('node2', { kind: 'start receiver' })
  cluster.run(20_000)
  assert.ok(cluster.state('node2').fedAgeUs! > 19_000_000, `fed ${cluster.state('node2').fedAgeUs} us ago`)
  cluster.run(11_000)
  assert.ok(cluster.state('node2').fedAgeUs! < 2_000_000, 'a heartbeat after 30 s')
})

test('a blocked applier does not stop: STOP REPLICA SQL_THREAD hangs until the lock is gone', () => {
  const cluster = withUnappliedRelayLog()
  let stopped = false
  cluster.instance('node2').statements.run({ kind: 'stop applier' }, () => {
    stopped = true
  })
  cluster.run(7_000)
  assert.ok(!stopped)
  cluster.must('node2', { kind: 'unlock tables' })
  cluster.run(10)
  assert.ok(stopped)
})

test('relay logs are not served to others: a replica sends on only what it has applied', () => {
  const cluster = withUnappliedRelayLog()
  cluster.must('node3', { kind: 'stop applier' })
  cluster.must('node3', { kind: 'stop receiver' })
  cluster.server('node4').crash()
  cluster.server('node4').boot(0)
  cluster.run(1)
  cluster.load('node1', 5)
  cluster.run(20)
  assert.equal(cluster.state('node2').retrieved.size, 15)
  cluster.follow('node4', 'node2')
  cluster.run(100)
  assert.ok(!cluster.state('node4').executed.covers(cluster.state('node2').retrieved))
  cluster.must('node2', { kind: 'unlock tables' })
  cluster.run(50)
  assert.ok(cluster.state('node4').executed.covers(cluster.state('node2').retrieved))
})

test('offline_mode cuts a plain replication account off and keeps it out; one with CONNECTION_ADMIN gets in', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.load('node1', 5)
  cluster.run(20)
  cluster.must('node1', { kind: 'set offline_mode', on: true })
  cluster.run(5_000)
  assert.equal(cluster.state('node2').receiver, 'connecting')
  cluster.must('node2', { kind: 'stop receiver' })
  cluster.must('node2', { kind: 'change source', source: 'node1', account: 'drain', heartbeatUs: 500_000 })
  cluster.must('node2', { kind: 'start receiver' })
  cluster.run(100)
  assert.equal(cluster.state('node2').receiver, 'running')
  assert.equal(cluster.state('node3').receiver, 'connecting')
})

test('offline_mode cuts the clients: their statements are unknown, new ones fail, probes are still answered', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  const inFlight = [cluster.write('node1'), cluster.write('node1')]
  cluster.run(0.25)
  cluster.must('node1', { kind: 'set offline_mode', on: true })
  cluster.run(20)
  for (const { outcome } of inFlight) assert.deepEqual(outcome, unknown({ code: 'connection-lost' }))
  const offline = cluster.ask('node1', insertOf(99, 1))
  assert.deepEqual(offline, failed(mysqlWhy(3032)))
  assert.equal(cluster.get('node1', { kind: 'probe' }).offline, true)
})

test('an epoch promise leaves no GTID, and needs super_read_only off', () => {
  const cluster = new BenchCluster()
  assert.deepEqual(cluster.type('node2', { kind: 'update promise', promise: 3 }), { ok: false, why: mysqlWhy(1290) })
  cluster.must('node2', { kind: 'set super_read_only', on: false, lockWaitUs: null })
  cluster.must('node2', { kind: 'update promise', promise: 3 })
  cluster.must('node2', { kind: 'update promise', promise: 2 })
  const { promised, executed } = cluster.state('node2')
  assert.equal(promised, 3)
  assert.ok(executed.isEmpty)
})
