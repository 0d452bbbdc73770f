import assert from 'node:assert/strict'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { mysqlWhy } from '../../../algorithms/reasons/mysql-errors.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { STRICT_SEMI_SYNC } from '../../../algorithms/semi-sync.ts'
import type { Outcome, ServerState } from '../../../algorithms/servers.ts'
import { Administrator } from '../../../sim/mysql/administrator.ts'
import { insertOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { BenchCluster } from './bench-cluster.ts'

function marker(epoch: number, member: number, k = 2) {
  return markerOf({ epoch, k, member, base: 0 })
}

function stateOf(outcome: Outcome<ServerState>): ServerState {
  assert.equal(outcome.kind, 'ok', JSON.stringify(outcome))
  return (outcome as { reply: ServerState }).reply
}

/** The whole set-up a coordinator does at its start, by administrative commands alone. */
function reigning(cluster = new BenchCluster()): BenchCluster {
  const [first, ...others] = cluster.mysql.members
  for (const node of cluster.mysql.members)
    stateOf(cluster.administer(node, 1, null, { command: 'detach', promise: 1 }))
  stateOf(cluster.administer(first!, 1, first!, { command: 'promote', marker: marker(1, 0), k: 2 }))
  for (const node of others)
    stateOf(cluster.administer(node, 1, first!, { command: 'point', source: first!, drain: false }))
  cluster.run(20)
  return cluster
}

test('promote writes the marker before any client can write, and opens the server', () => {
  const cluster = new BenchCluster()
  const early = cluster.send('node1', insertOf(1_000, 1))
  const state = stateOf(cluster.administer('node1', 1, 'node1', { command: 'promote', marker: marker(1, 0), k: 2 }))
  assert.deepEqual(early.outcome, failed(mysqlWhy(1290)))
  assert.equal(state.superReadOnly, false)
  assert.ok(state.executed.has(marker(1, 0)))
  const write = cluster.write('node1')
  cluster.run(20)
  assert.equal(write.outcome?.kind, 'ok')
  assert.deepEqual(
    cluster.server('node1').data.binlog.map(({ row }) => row === null),
    [true, false],
  )
})

test('promote under semi-sync does not wait for replicas that can only come later', () => {
  const cluster = new BenchCluster({ semiSync: STRICT_SEMI_SYNC })
  const state = stateOf(cluster.administer('node1', 1, 'node1', { command: 'promote', marker: marker(1, 0), k: 2 }))
  assert.equal(state.semiSyncSource, true)
})

test('promote is refused while a receiver runs or something received is not applied', () => {
  const cluster = reigning()
  const refused = cluster.administer('node2', 2, 'node2', { command: 'promote', marker: marker(2, 1), k: 2 })
  assert.deepEqual(refused, failed({ code: 'still-receiving', receiver: 'running' }))
  cluster.must('node2', { kind: 'lock tables' })
  cluster.load('node1', 3)
  cluster.run(20)
  stateOf(cluster.administer('node2', 2, null, { command: 'detach', promise: 2 }))
  const behind = cluster.administer('node2', 2, 'node2', { command: 'promote', marker: marker(2, 1), k: 2 })
  assert.deepEqual(behind, failed({ code: 'unapplied', transactions: 3 }))
  assert.equal(cluster.state('node2').superReadOnly, true)
})

test('detach promises upward only, stops the receiver, and leaves super_read_only on', () => {
  const cluster = reigning()
  const state = stateOf(cluster.administer('node2', 5, null, { command: 'detach', promise: 5 }))
  assert.deepEqual(
    [state.promised, state.receiver, state.applier, state.superReadOnly],
    [5, 'stopped', 'running', true],
  )
  const lower = cluster.administer('node2', 5, null, { command: 'detach', promise: 4 })
  assert.deepEqual(lower, failed({ code: 'deposed', by: 'promise', epoch: 5, session: 4 }))
  assert.equal(cluster.state('node2').promised, 5)
})

test('a session of an older epoch changes nothing: whatever is asked, it is deposed', () => {
  const cluster = reigning()
  stateOf(cluster.administer('node2', 3, null, { command: 'detach', promise: 3 }))
  const before = JSON.stringify({ ...cluster.state('node2'), fedAgeUs: 0, uptimeUs: 0 })
  for (const action of [
    { command: 'point', source: 'node1', drain: false },
    { command: 'quiesce' },
    { command: 'apply' },
    { command: 'discardRelayLog' },
    { command: 'fence', promise: 2 },
    { command: 'detach', promise: 2 },
    { command: 'promote', marker: marker(2, 1), k: 2 },
  ] as const) {
    const outcome = cluster.administer('node2', 2, 'node2', action)
    assert.deepEqual(outcome, failed({ code: 'deposed', by: 'promise', epoch: 3, session: 2 }))
  }
  assert.equal(JSON.stringify({ ...cluster.state('node2'), fedAgeUs: 0, uptimeUs: 0 }), before)
})

test('a marker that lies unread in the relay log deposes as well, and so does the same epoch under another source', () => {
  const cluster = reigning()
  for (const node of ['node2', 'node3']) stateOf(cluster.administer(node, 2, null, { command: 'detach', promise: 2 }))
  stateOf(cluster.administer('node3', 2, 'node3', { command: 'promote', marker: marker(2, 2), k: 2 }))
  cluster.must('node4', { kind: 'stop applier' })
  cluster.must('node4', { kind: 'stop receiver' })
  cluster.must('node4', { kind: 'start applier' })
  cluster.must('node4', { kind: 'lock tables' })
  stateOf(cluster.administer('node4', 2, 'node3', { command: 'point', source: 'node3', drain: false }))
  cluster.run(20)
  assert.ok(cluster.state('node4').retrieved.has(marker(2, 2)))
  assert.ok(!cluster.state('node4').executed.has(marker(2, 2)))
  for (const [epoch, source] of [
    [1, 'node1'],
    [2, 'node1'],
  ] as const) {
    const outcome = cluster.administer('node4', epoch, source, { command: 'point', source, drain: false })
    assert.equal(codeOf(outcome), 'deposed')
  }
})

test('who takes the lock kills the holder in the middle of its command, and the rest of it never happens', () => {
  const cluster = new BenchCluster()
  const rival = cluster.network.add('rival')
  rival.start()
  const first = cluster.send('node1', {
    kind: 'administer',
    epoch: 1,
    source: null,
    action: { command: 'fence', promise: 1 },
  })
  cluster.until(() => cluster.state('node1').offline, 'the first step of the fence')
  const outcomes: Outcome<unknown>[] = []
  new Administrator(cluster.mysql, { semiSync: null, heartbeatUs: 500_000 }).administer(
    rival,
    cluster.server('node1').process,
    { kind: 'administer', epoch: 2, source: null, action: { command: 'detach', promise: 2 } },
    1_000_000,
    { resume: (outcome) => outcomes.push(outcome) },
  )
  cluster.run(100)
  assert.equal(outcomes[0]?.kind, 'ok')
  assert.deepEqual(first.outcome?.kind, 'unknown')
  assert.equal(cluster.state('node1').promised, 2)
})

test('a coordinator that dies half-way leaves exactly the first half of the command done, and the lock free', () => {
  const cluster = reigning()
  cluster.send('node1', { kind: 'administer', epoch: 2, source: null, action: { command: 'fence', promise: 2 } })
  cluster.until(() => cluster.state('node1').offline, 'the first step of the fence')
  cluster.coordinator.kill()
  cluster.run(1_000)
  assert.equal(cluster.state('node1').promised, 1)
  assert.equal(cluster.state('node1').offline, true)
  cluster.coordinator.start()
  stateOf(cluster.administer('node1', 3, null, { command: 'fence', promise: 3 }))
})

test('a paused coordinator finds its session killed, and nothing of the rest is done', () => {
  const cluster = reigning()
  const rival = cluster.network.add('rival')
  rival.start()
  const command = cluster.send('node2', { kind: 'administer', epoch: 2, source: null, action: { command: 'quiesce' } })
  cluster.until(() => cluster.state('node2').receiver === 'stopped', 'all but the last step')
  cluster.coordinator.life!.pause()
  new Administrator(cluster.mysql, { semiSync: null, heartbeatUs: 500_000 }).administer(
    rival,
    cluster.server('node2').process,
    { kind: 'administer', epoch: 3, source: null, action: { command: 'detach', promise: 3 } },
    1_000_000,
    { resume: () => {} },
  )
  cluster.run(500)
  assert.equal(cluster.state('node2').promised, 3)
  cluster.coordinator.life!.resume()
  cluster.run(100)
  assert.equal(command.outcome?.kind, 'unknown')
  assert.equal(cluster.state('node2').applier, 'running')
  const next = cluster.administer('node2', 2, null, { command: 'quiesce' })
  assert.equal(codeOf(next), 'deposed')
})

test('point keeps what was received and not applied, follows the new source and lets clients in again', () => {
  const cluster = reigning()
  cluster.must('node4', { kind: 'lock tables' })
  const writes = cluster.load('node1', 10)
  cluster.run(20)
  assert.ok(writes.every(({ outcome }) => outcome?.kind === 'ok'))
  cluster.server('node1').crash()
  for (const node of ['node2', 'node3', 'node4'])
    stateOf(cluster.administer(node, 2, null, { command: 'detach', promise: 2 }))
  stateOf(cluster.administer('node2', 2, 'node2', { command: 'promote', marker: marker(2, 1), k: 2 }))
  for (const node of ['node3', 'node4']) {
    const state = stateOf(cluster.administer(node, 2, 'node2', { command: 'point', source: 'node2', drain: false }))
    assert.ok(state.retrieved.size >= 10)
    assert.equal(state.offline, false)
  }
  cluster.must('node4', { kind: 'unlock tables' })
  cluster.run(50)
  assert.ok(cluster.state('node4').executed.equals(cluster.state('node2').executed))
})

test('who is pointed promises the epoch first, also a clone that knows an older one', () => {
  const cluster = reigning()
  const before = stateOf(cluster.administer('node2', 4, 'node1', { command: 'quiesce' }))
  assert.equal(before.promised, 1)
  const after = stateOf(cluster.administer('node2', 4, 'node1', { command: 'point', source: 'node1', drain: false }))
  assert.equal(after.promised, 4)
  assert.equal(after.source, 'node1')
  // Whoever has promised a newer one is not touched.
  stateOf(cluster.administer('node3', 6, null, { command: 'detach', promise: 6 }))
  const refused = cluster.administer('node3', 4, 'node1', { command: 'point', source: 'node1', drain: false })
  assert.equal(refused.kind, 'failed')
  assert.equal(cluster.server('node3').data.promised, 6)
})

test('quiesce silences a server completely; discardRelayLog then drops what was only received', () => {
  const cluster = reigning()
  cluster.must('node3', { kind: 'stop applier' })
  cluster.load('node1', 4)
  cluster.run(20)
  const quiet = stateOf(cluster.administer('node3', 1, 'node1', { command: 'quiesce' }))
  assert.deepEqual([quiet.superReadOnly, quiet.receiver, quiet.applier], [true, 'stopped', 'stopped'])
  assert.equal(quiet.retrieved.minus(quiet.executed).size, 4)
  const applies = stateOf(cluster.administer('node3', 1, 'node1', { command: 'apply' }))
  assert.deepEqual([applies.receiver, applies.applier], ['stopped', 'running'])
  const dropped = stateOf(cluster.administer('node3', 1, 'node1', { command: 'discardRelayLog' }))
  assert.ok(dropped.retrieved.isEmpty)
  stateOf(cluster.administer('node3', 1, 'node1', { command: 'point', source: 'node1', drain: false }))
  cluster.run(50)
  assert.ok(cluster.converged())
})

test('release gives the lock back; releasing what one does not hold is harmless', () => {
  const cluster = new BenchCluster()
  assert.equal(cluster.administer('node1', 1, null, { command: 'detach', promise: 1 }).kind, 'ok')
  assert.equal(cluster.administer('node1', 1, null, { command: 'release' }).kind, 'ok')
  assert.equal(cluster.administer('node1', 1, null, { command: 'release' }).kind, 'ok')
  assert.equal(cluster.administer('node1', 1, null, { command: 'detach', promise: 1 }).kind, 'ok')
})

test('administer to a dead server fails with nothing done; to one that is cut off it is unknown', () => {
  const cluster = new BenchCluster()
  cluster.server('node2').crash()
  const refused = cluster.administer('node2', 1, null, { command: 'detach', promise: 1 })
  assert.deepEqual(refused, failed({ code: 'connection-refused' }))
  cluster.network.link(cluster.coordinator, cluster.server('node3').process).cut()
  const outcome = cluster.ask(
    'node3',
    { kind: 'administer', epoch: 1, source: null, action: { command: 'detach', promise: 1 } },
    500,
  )
  assert.deepEqual(outcome, unknown({ code: 'deadline' }))
})

function codeOf(outcome: Outcome<unknown>): string | null {
  return outcome.kind === 'ok' ? null : outcome.why.code
}
