import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { MysqlData } from '../../../sim/mysql/durable-data.ts'
import { insertOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { BenchCluster } from './bench-cluster.ts'

function restart(cluster: BenchCluster, node: string): void {
  cluster.server(node).boot(0)
  cluster.run(1)
}

test('a server boots super_read_only, not replicating and not offline, whatever it was before', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node1', { kind: 'set offline_mode', on: true })
  for (const node of ['node1', 'node2']) {
    cluster.server(node).crash()
    restart(cluster, node)
    const { superReadOnly, offline, receiver, applier, semiSyncSource } = cluster.state(node)
    assert.deepEqual(
      [superReadOnly, offline, receiver, applier, semiSyncSource],
      [true, false, 'stopped', 'stopped', false],
    )
  }
  assert.equal(cluster.state('node2').source, 'node1')
})

test('a restart takes time, during which connections are refused', () => {
  const cluster = new BenchCluster()
  cluster.server('node1').crash()
  cluster.server('node1').boot()
  cluster.run(500)
  assert.deepEqual(cluster.ask('node1', { kind: 'probe' }), failed({ code: 'connection-refused' }))
  cluster.run(600)
  assert.equal(cluster.get('node1', { kind: 'probe' }).promised, 0)
})

test('a killed replica keeps its relay log and applies it after the restart', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node2', { kind: 'stop applier' })
  cluster.load('node1', 20)
  cluster.run(20)
  cluster.server('node2').crash()
  restart(cluster, 'node2')
  assert.equal(cluster.state('node2').retrieved.size, 20)
  assert.equal(cluster.state('node2').executed.size, 0)
  cluster.must('node2', { kind: 'start applier' })
  cluster.run(20)
  assert.equal(cluster.state('node2').executed.size, 20)
})

test('a promise survives a crash', () => {
  const cluster = new BenchCluster()
  assert.equal(cluster.administer('node2', 4, null, { command: 'detach', promise: 4 }).kind, 'ok')
  cluster.server('node2').crash()
  restart(cluster, 'node2')
  assert.equal(cluster.state('node2').promised, 4)
})

test('what a killed source had written to its binlog and not sent is executed when it comes back: its extras', () => {
  const cluster = new BenchCluster({ costs: { fsync: { sample: () => 5_000 } } })
  cluster.replicate()
  const writes = Array.from({ length: 5 }, () => cluster.write('node1'))
  cluster.until(() => cluster.server('node1').data.binlog.length > 0, 'the first group is written')
  const written = cluster.server('node1').data.binlog.length
  cluster.server('node1').crash()
  cluster.run(100)
  for (const { outcome } of writes) assert.deepEqual(outcome, unknown({ code: 'connection-lost' }))
  restart(cluster, 'node1')
  assert.equal(cluster.state('node1').executed.size, written)
  assert.equal(cluster.server('node1').data.table.ops.size, written)
  for (const node of ['node2', 'node3', 'node4']) assert.ok(cluster.state(node).retrieved.isEmpty)
})

test('a killed source loses what was not in its binlog, and does not issue its extras number again', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.write('node1')
  cluster.run(0.2)
  cluster.server('node1').crash()
  restart(cluster, 'node1')
  assert.ok(cluster.state('node1').executed.isEmpty)
  cluster.must('node1', { kind: 'set read_only', on: false })
  const first = cluster.ask('node1', insertOf(50, 1))
  assert.equal(first.kind === 'ok' && first.reply.gtid?.number, 1)
})

test('replicas notice the death of their source at once, and connect again when it is back', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.server('node1').crash()
  cluster.run(5)
  assert.equal(cluster.state('node2').receiver, 'connecting')
  restart(cluster, 'node1')
  cluster.run(1_100)
  assert.equal(cluster.state('node2').receiver, 'running')
})

test('replicas notice a paused or cut-off source only by silence', () => {
  for (const how of ['pause', 'cut'] as const) {
    const cluster = new BenchCluster({ costs: { netTimeoutUs: 2_000_000 } })
    cluster.replicate()
    cluster.run(600)
    const [source, replica] = [cluster.server('node1').process, cluster.server('node2').process]
    if (how === 'pause') source.life!.pause()
    else cluster.network.link(source, replica).cut()
    cluster.run(1_400)
    assert.equal(cluster.state('node2').receiver, 'running', how)
    assert.ok(cluster.state('node2').fedAgeUs! > 800_000, how)
    cluster.run(1_000)
    assert.equal(cluster.state('node2').receiver, 'connecting', how)
    if (how === 'pause') source.life!.resume()
    else cluster.network.link(source, replica).heal()
    cluster.load('node1', 3)
    cluster.run(2_500)
    assert.equal(cluster.state('node2').receiver, 'running', how)
    assert.ok(cluster.converged(), how)
  }
})

test('a rebuilt server has the donor data under a new server_uuid, and can send nobody what it never logged', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.load('node1', 10)
  cluster.run(20)
  const before = cluster.state('node3').uuid
  cluster.server('node3').crash()
  cluster.server('node3').replaceData(cluster.server('node2'), cluster.mysql.newUuid())
  restart(cluster, 'node3')
  const rebuilt = cluster.state('node3')
  assert.notEqual(rebuilt.uuid, before)
  assert.ok(rebuilt.executed.equals(cluster.state('node1').executed))
  assert.equal(rebuilt.source, null)
  assert.equal(cluster.server('node3').data.table.checksum(), cluster.server('node1').data.table.checksum())
  cluster.server('node4').crash()
  cluster.server('node4').data = new MysqlData(cluster.mysql.newUuid())
  restart(cluster, 'node4')
  cluster.follow('node4', 'node3')
  cluster.run(50)
  assert.equal(cluster.state('node4').receiver, 'stopped')
  assert.match(cluster.instance('node4').receiver.error ?? '', /purged/)
})

test('after any crashes and restarts every replica has applied each transaction once, in the source order', () => {
  const incident = fc.record({
    node: fc.constantFrom('node2', 'node3', 'node4'),
    afterWrites: fc.integer({ min: 1, max: 12 }),
    downMs: fc.constantFrom(0.1, 1, 5, 40),
  })
  fc.assert(
    fc.property(fc.integer(), fc.array(incident, { maxLength: 6 }), (seed, incidents) => {
      const cluster = new BenchCluster({ seed })
      cluster.replicate()
      for (const { node, afterWrites, downMs } of incidents) {
        cluster.load('node1', afterWrites, 150)
        cluster.server(node).crash()
        cluster.run(downMs)
        restart(cluster, node)
        cluster.must(node, { kind: 'start applier' })
        cluster.must(node, { kind: 'start receiver' })
      }
      cluster.load('node1', 5)
      cluster.run(20)
      cluster.until(() => cluster.converged(), 'the replicas converge')
      const expected = cluster.server('node1').data.binlog.map(({ gtid }) => gtid.number)
      for (const server of cluster.mysql.servers)
        assert.deepEqual(
          server.data.binlog.map(({ gtid }) => gtid.number),
          expected,
        )
    }),
    { numRuns: 60 },
  )
})
