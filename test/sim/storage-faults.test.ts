/** What a power loss, lost relay logs and a blocked applier take, and what survives them. */
import assert from 'node:assert/strict'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import type { Result } from '../../scenarios/result.ts'
import { simulate } from '../../sim/run.ts'
import { test } from '../support/test.ts'
import { BenchCluster } from './mysql/bench-cluster.ts'

function run(acknowledge: 'applied' | 'received', ...faults: string[]): Result {
  const text = `
name: storage-faults
cluster:    { nodes: 4, acknowledge: ${acknowledge} }
workload:   { ratePerSec: 300, clients: 16, reads: 0.3, keys: 10, duration: 10s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge]
faults:
${faults.map((fault) => `  - { ${fault} }`).join('\n')}
`
  const scenario = parseScenario(text, 'storage-faults.yaml')
  const stamp = { startedAt: '', versions: { quorumlab: '', node: '' }, machine: {}, coordinator: 'service' } as const
  return judge(scenario, [simulate(scenario, { seed: 1 })], stamp)
}

function assertSound({ checks }: Result): void {
  assert.deepEqual(
    checks.filter(({ verdict }) => verdict !== 'pass').map(({ name, detail }) => `${name}: ${detail}`),
    [],
  )
}

test('a power loss takes what is written and not synced; a kill keeps it', () => {
  for (const [loss, survivors] of [
    [true, 5],
    [false, 8],
  ] as const) {
    const cluster = new BenchCluster()
    cluster.replicate()
    cluster.load('node1', 5)
    cluster.run(20)
    const server = cluster.server('node1')
    // A disk that takes for ever: the next writes stay between the binlog and its fsync.
    server.slowDown({ cpuShare: 1, extraSyncUs: 60_000_000 })
    cluster.load('node1', 3)
    cluster.run(50)
    const { binlog } = server.data
    assert.ok(binlog.length > 5, 'something is written and not synced')
    const written = binlog.length
    if (loss) server.losePower(1)
    else server.crash()
    server.boot(0)
    cluster.run(1)
    assert.equal(cluster.state('node1').executed.size, loss ? survivors : written)
  }
})

test('a power loss may take what was received and not applied, never what was applied', () => {
  for (const keptShare of [0, 0.5, 1]) {
    const cluster = new BenchCluster()
    cluster.replicate()
    cluster.load('node1', 4)
    cluster.run(20)
    cluster.must('node2', { kind: 'lock tables' })
    cluster.load('node1', 10)
    cluster.run(20)
    const before = cluster.state('node2')
    const server = cluster.server('node2')
    server.losePower(keptShare)
    // Its source is gone as well: nothing can be fetched again.
    cluster.server('node1').crash()
    server.boot(0)
    cluster.run(1)
    const after = cluster.state('node2')
    assert.ok(after.executed.equals(before.executed))
    const unapplied = after.retrieved.minus(after.executed).size
    assert.ok(keptShare === 1 ? unapplied === 10 : unapplied < 10, `kept ${unapplied} of 10 with ${keptShare}`)
    assert.ok(cluster.server('node2').data.held.live.covers(after.retrieved))
  }
})

test('with writes acknowledged when applied, power losses one after another lose nothing', () => {
  const result = run(
    'applied',
    'at: 1s, power-loss: source, for: 1500ms',
    'at: 4s, power-loss: replica, for: 500ms',
    'at: 6s, power-loss: source, for: 1s',
  )
  assertSound(result)
  assert.ok(result.summary.failovers.length >= 1)
})

test('acknowledged when only received, with every machine and the coordinator without power at once: writes are lost', () => {
  // No applier applies, so the acknowledged writes are in relay logs alone, and those were not synced.
  const replicas = ['node2', 'node3', 'node4']
  const result = run(
    'received',
    ...replicas.map((node) => `at: 2s, block-applier: ${node}`),
    'at: 3s, power-loss: node1',
    ...replicas.map((node) => `at: 3s, power-loss: ${node}, for: 500ms`),
    'at: 3s, crash: coordinator, for: 600ms',
  )
  const survive = result.checks.find(({ name }) => name === 'acknowledged-writes-survive')
  assert.equal(survive?.verdict, 'fail')
})

test('a replica that loses its relay logs fetches them again, and nothing acknowledged is lost with it', () => {
  const result = run(
    'received',
    'at: 2s, block-applier: node2, for: 1s',
    'at: 2500ms, lose-relay-logs: node2',
    'at: 5s, crash: source, for: 2s',
  )
  assertSound(result)
  const lost = result.faults.find(({ kind }) => kind === 'lose-relay-logs')!
  assert.match(lost.witness.before, /node2: \d+ transactions in its relay log, [1-9]/)
  assert.match(lost.witness.during, /node2: 0 transactions in its relay log/)
})

test('a coordinator goes on without its journal, is started again with an empty one, and is witnessed both times', () => {
  const result = run(
    'applied',
    'at: 2s, lose-journal: coordinator',
    'at: 3s, lose-journal: coordinator',
    'at: 4s, crash: coordinator, for: 1s',
    'at: 6s, lose-journal: coordinator',
  )
  assertSound(result)
  const [first, , again] = result.faults
  assert.deepEqual(
    result.faults.map(({ label }) => label),
    ['lose-journal coordinator', 'crash coordinator', 'lose-journal coordinator'],
  )
  assert.match(first!.witness.before, /^coordinator: [1-9]\d* records? in its journal$/)
  assert.equal(first!.witness.during, 'coordinator: its journal is gone')
  assert.match(again!.witness.before, /^coordinator: [1-9]\d* records? in its journal$/)
})

test('a replica whose applier stands still is not elected, and the others go on without it', () => {
  const result = run('applied', 'at: 2s, block-applier: node2, for: 6s', 'at: 3s, crash: source, for: 3s')
  assertSound(result)
  assert.equal(result.summary.failovers.length, 1)
  assert.notEqual(result.summary.failovers[0]!.newSource, 'node2')
  const blocked = result.faults.find(({ kind }) => kind === 'block-applier')!
  assert.match(blocked.witness.during, /stands behind a table lock/)
})

test('the source is not blocked, and what has no relay log cannot lose it: said, and done nothing', () => {
  const result = run('applied', 'at: 2s, block-applier: source', 'at: 3s, lose-relay-logs: node1')
  assert.deepEqual(result.faults, [])
  assertSound(result)
})
