import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { type Gtid, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { mysqlWhy } from '../../../algorithms/reasons/mysql-errors.ts'
import { failed } from '../../../algorithms/reasons/outcomes.ts'
import { NOTHING_TOLD } from '../../../algorithms/told.ts'
import { insertOf, newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { BenchCluster } from './bench-cluster.ts'

test('under load every replica applies every transaction, in the source order, and its lag is recorded', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  const writes = cluster.load('node1', 300, 120)
  cluster.until(() => cluster.converged(), 'the replicas converge')
  assert.ok(writes.every(({ outcome }) => outcome?.kind === 'ok'))
  for (const node of ['node2', 'node3', 'node4']) {
    const lags = cluster.lags.filter((lag) => lag.node === node)
    assert.deepEqual(
      lags.map(({ gtid }) => gtid.number),
      Array.from({ length: 300 }, (_, i) => i + 1),
    )
    assert.ok(lags.every(({ lagUs }) => lagUs > 0 && lagUs < 100_000))
  }
  assert.ok(!cluster.lags.some(({ node }) => node === 'node1'))
})

test('transactions that come while one fsync lasts share the next: fewer fsyncs than commits', () => {
  const cluster = new BenchCluster({ costs: { fsync: { sample: () => 10_000 }, cores: 64 } })
  cluster.replicate()
  const writes = Array.from({ length: 64 }, () => cluster.write('node1'))
  cluster.run(40)
  assert.ok(
    writes.every(({ outcome }) => outcome?.kind === 'ok'),
    'all within four fsyncs',
  )
})

test('cores are a shared resource: twice the statements take twice as long', () => {
  const time = (statements: number) => {
    const cluster = new BenchCluster({ costs: { cores: 1, read: { sample: () => 1_000 } } })
    const reads = Array.from({ length: statements }, () => cluster.send('node1', newestOf(1)))
    const beganUs = cluster.kernel.queue.now
    cluster.until(() => reads.every(({ outcome }) => outcome !== null), 'all reads')
    return cluster.kernel.queue.now - beganUs
  }
  assert.ok(Math.abs(time(200) - 2 * time(100)) < 2_000)
})

test('a replica that connects gets all that it has neither executed nor received, and nothing twice', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.load('node1', 10)
  cluster.must('node3', { kind: 'stop applier' })
  cluster.load('node1', 10)
  cluster.run(20)
  cluster.must('node3', { kind: 'stop receiver' })
  cluster.load('node1', 10)
  cluster.run(20)
  const { data } = cluster.server('node3')
  assert.equal(data.retrieved.live.size, 20)
  cluster.must('node3', { kind: 'start applier' })
  cluster.must('node3', { kind: 'start receiver' })
  cluster.until(() => cluster.converged(), 'node3 catches up')
  assert.equal(data.binlog.length, 30)
})

test('an INSERT of an operation that is there already fails as a duplicate', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  const twice = [1, 2].map(() => cluster.send('node1', insertOf(500, 1)))
  cluster.run(20)
  assert.deepEqual(twice.map(({ outcome }) => outcome?.kind).sort(), ['failed', 'ok'])
  const again = cluster.ask('node1', insertOf(500, 2))
  assert.deepEqual(again, failed(mysqlWhy(1062)))
})

test('an errant row stops the applier, and stays out of the table', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node2', { kind: 'set read_only', on: false })
  assert.equal(cluster.ask('node2', insertOf(700, 1)).kind, 'ok')
  cluster.ask('node1', insertOf(700, 1))
  cluster.load('node1', 3)
  cluster.run(50)
  assert.equal(cluster.state('node2').applier, 'stopped')
  assert.equal(cluster.instance('node2').applier.errno, 1062)
  assert.equal(cluster.state('node2').retrieved.size, 4)
  assert.equal(cluster.server('node2').data.table.ops.size, 1)
})

test('a read returns the newest row in apply order; its GTID set is read after the data', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  for (const op of [901, 902, 903])
    assert.equal(cluster.ask('node1', insertOf(op, 5, { counter: op, server: 1 })).kind, 'ok')
  const { value, executed } = cluster.get('node1', newestOf(5, { wantExecuted: true }))
  assert.deepEqual(value, { op: 903, timestamp: { counter: 903, server: 1 } })
  assert.equal(executed?.size, 3)
  assert.deepEqual(cluster.get('node1', newestOf(6)), {
    value: null,
    rows: null,
    executed: null,
    told: NOTHING_TOLD,
  })
})

test('a read with `after` waits until that is executed here', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node2', { kind: 'lock tables' })
  const written = cluster.get('node1', insertOf(910, 3))
  const read = cluster.send('node2', newestOf(3, { after: MutableGtidSet.of(written.gtid!) }))
  cluster.run(500)
  assert.equal(read.outcome, null)
  cluster.must('node2', { kind: 'unlock tables' })
  cluster.run(10)
  assert.deepEqual(read.outcome, {
    kind: 'ok',
    reply: { value: { op: 910, timestamp: null }, rows: null, executed: null, told: NOTHING_TOLD },
  })
})

test('waitFor: received comes before applied, and a wait that is over says so with what there is', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  cluster.must('node2', { kind: 'lock tables' })
  const { gtid } = cluster.get('node1', insertOf(920, 3))
  const gtids = MutableGtidSet.of(gtid!)
  const wait = (level: 'applied' | 'received', timeoutUs: number) =>
    cluster.get('node2', { kind: 'waitFor', gtids, level, timeoutUs })
  const received = wait('received', 1_000_000)
  assert.ok(received.covered && received.gtids.has(gtid!))
  const applied = wait('applied', 100_000)
  assert.deepEqual([applied.covered, applied.gtids.isEmpty], [false, true])
  cluster.must('node2', { kind: 'unlock tables' })
  assert.ok(wait('applied', 1_000_000).covered)
})

test('a large transaction comes in bit by bit, without heartbeats, and a replica shows how far it is', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  assert.equal(cluster.state('node2').arriving, null)
  const statement = {
    kind: 'keyed',
    op: cluster.nextOp(),
    key: 1,
    moreKeys: [2, 3, 4],
    payloadBytes: 25_000_000,
  } as const
  cluster.send('node1', { kind: 'execute', statement, timestamp: null, operationId: null })
  cluster.until(() => cluster.state('node2').arriving !== null, 'its first part is there')
  const { uuid } = cluster.state('node1')
  for (let before = 0, looks = 0; looks < 3; looks++) {
    const { arriving, retrieved } = cluster.state('node2')
    assert.equal(arriving!.transaction, `${uuid}:1`)
    assert.ok(arriving!.position > before)
    assert.ok(retrieved.isEmpty)
    before = arriving!.position
    cluster.run(200)
  }
  assert.ok(cluster.state('node2').fedAgeUs! > 500_000)
  cluster.until(() => !cluster.state('node2').retrieved.isEmpty, 'all of it is there')
  assert.equal(cluster.state('node2').arriving, null)
  assert.equal(cluster.state('node2').fedAgeUs, 0)
})

test('the table checksum does not depend on the order of the rows, and does on each of them', () => {
  const cluster = new BenchCluster()
  const { table } = cluster.server('node1').data
  const copy = () => table.clone()
  const row = fc.record({ op: fc.nat(5_000), key: fc.nat(9), counter: fc.nat(), server: fc.nat(3), place: fc.nat() })
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ op }) => op, minLength: 1, maxLength: 20 }), (rows) => {
      const insertAll = (list: typeof rows) => {
        const into = copy()
        for (const { op, key, counter, server } of list) into.insert(key, { op, timestamp: { counter, server } })
        return into.checksum()
      }
      assert.equal(insertAll(rows), insertAll(rows.toSorted((a, b) => a.place - b.place)))
      const [first, ...rest] = rows
      assert.notEqual(insertAll(rows), insertAll([{ ...first!, counter: first!.counter + 1 }, ...rest]))
      assert.notEqual(insertAll(rows), insertAll(rest))
    }),
  )
})

test('the same seed gives the same digest, another seed another', () => {
  const digest = (seed: number) => {
    const cluster = new BenchCluster({ seed })
    cluster.replicate()
    cluster.load('node1', 50)
    cluster.server('node1').crash()
    cluster.run(100)
    return cluster.kernel.hash.digest()
  }
  assert.equal(digest(7), digest(7))
  assert.notEqual(digest(7), digest(8))
})

test('uuids come from the seed and differ from server to server', () => {
  const uuids = (seed: number) => new BenchCluster({ seed }).mysql.servers.map(({ data }) => data.uuid)
  assert.deepEqual(uuids(3), uuids(3))
  assert.equal(new Set([...uuids(3), ...uuids(4)]).size, 8)
  const gtid: Gtid = { uuid: uuids(3)[0]!, number: 1 }
  assert.equal(MutableGtidSet.parse(MutableGtidSet.of(gtid!).toString()).has(gtid!), true)
})

test('the model has no SQL, and says so without being unwell', () => {
  const cluster = new BenchCluster()
  cluster.replicate()
  const statement = { kind: 'sql', text: 'SELECT 1', parameters: [], class: 'read' } as const
  for (const asked of [
    cluster.ask('node1', { kind: 'execute', statement, timestamp: null, operationId: null }),
    cluster.ask('node1', { kind: 'query', statement, after: null, waitUs: 0, wantExecuted: false }),
  ])
    assert.ok(asked.kind === 'failed' && asked.why.code === 'statement-refused')
})
