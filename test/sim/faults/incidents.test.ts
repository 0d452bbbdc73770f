/** What operators and applications do, and what the coordinator makes of it. */
import assert from 'node:assert/strict'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

const CHECKS =
  'acknowledged-writes-survive, single-writer, replicas-converge, linearizable, live-after-healing, read-your-writes'

/** Every check passes; what was decided is returned. */
function decided(faults: readonly string[], more = ''): readonly TraceEvent[] {
  const text = `name: incidents
workload: { ratePerSec: 100, duration: 9s, reads: 0.2, clients: 16 }
liveness: 8s
${more}
checks: [${CHECKS}]
faults:
${faults.map((step) => `  - { ${step} }`).join('\n')}
`
  const scenario = parseScenario(text, 'incidents.yaml')
  const record = simulate(scenario, { seed: 1 })
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}\n${faults.join('\n')}`)
  return record.events
}

function of<K extends TraceEvent['kind']>(events: readonly TraceEvent[], kind: K) {
  return events.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind)
}

/** Who was set aside and why, in order; each of them is rebuilt and back. */
function rebuilt(events: readonly TraceEvent[]) {
  const aside = of(events, 'quarantined')
  for (const { node, atUs } of aside) {
    assert.ok(
      of(events, 'rebuilt').some((event) => event.node === node && event.atUs > atUs),
      `${node} is rebuilt`,
    )
    assert.ok(
      of(events, 'rejoined').some((event) => event.node === node && event.detail === 'rebuilt'),
      `${node} is back`,
    )
  }
  return aside.map(({ node, why }) => [node, why])
}

test('what an operator wrote on a replica is found within a second, saved, and the replica rebuilt', () => {
  const events = decided(['at: 1s, errant-write: node3'])
  assert.deepEqual(rebuilt(events), [['node3', { code: 'errant', transactions: 1 }]])
  const [aside] = of(events, 'quarantined')
  assert.ok(aside!.savedAs !== null && aside!.atUs < 2_000_000)
  assert.equal(of(events, 'reign').length, 1)
})

test('an old source that was written to after it was left is set aside as well', () => {
  const events = decided(['at: 1s, partition: node1, for: 3s', 'at: 3500ms, errant-write: node1'])
  const [[node, why]] = rebuilt(events) as [[string, { code: string }]]
  assert.deepEqual([node, why.code], ['node1', 'errant'])
})

test('an operator writes nothing on a disk that stands still, and what he has begun goes with its server', () => {
  assert.deepEqual(rebuilt(decided(['at: 1s, stall-disk: node3', 'at: 2s, errant-write: node3'])), [])
  // Behind a group that takes so long to sync.
  const waiting = ['at: 500ms, slow: node3, disk: 80ms, for: 3s', 'at: 1s, errant-write: node3']
  assert.deepEqual(rebuilt(decided(waiting)), [['node3', { code: 'errant', transactions: 1 }]])
  assert.deepEqual(rebuilt(decided([...waiting, 'at: 1010ms, crash: node3, for: 500ms'])), [])
})

test('an applier that meets a row that is there already skips nothing: its server is rebuilt', () => {
  const events = decided(['at: 1s, reject: node2'])
  assert.deepEqual(rebuilt(events), [['node2', { code: 'applier-failed', errno: 1062 }]])
})

test('whose applier stopped at an error wins nothing', () => {
  const events = decided(
    ['at: 1s, reject: node2', 'at: 1050ms, crash: node1, for: 4s'],
    'algorithms: { election: lowest-rtt }',
  )
  const [, second] = of(events, 'reign')
  assert.notEqual(second!.source, 'node2')
})

test('a replica whose acknowledgements are needed stays, and it is said why', () => {
  const events = decided(['at: 500ms, crash: node4, for: 5s', 'at: 1s, errant-write: node3'])
  const notes = of(events, 'note').filter(({ text }) => text.startsWith('node3 is not rebuilt while'))
  assert.equal(notes.length, 1)
  assert.ok(of(events, 'quarantined')[0]!.atUs > 5_500_000)
  assert.deepEqual(rebuilt(events), [['node3', { code: 'errant', transactions: 1 }]])
})

test('what a source has purged is fetched from a replica that has it', () => {
  const events = decided(['at: 500ms, crash: node2, for: 1500ms', 'at: 1500ms, purge-binlogs: node1'])
  assert.deepEqual(rebuilt(events), [])
  const back = of(events, 'rejoined').filter(({ node }) => node === 'node2')
  assert.match(back.at(-1)!.detail, /^\d+ transactions fetched from node[34]$/)
})

test('what nobody has any more takes a rebuild', () => {
  const events = decided(['at: 500ms, crash: node2, for: 1500ms', 'at: 1500ms, purge-binlogs: [node1, node3, node4]'])
  assert.deepEqual(rebuilt(events), [['node2', { code: 'binlogs-purged' }]])
})

test('a replica that comes back writable is silenced before it follows', () => {
  const events = decided(['at: 1s, boot-writable: node2'])
  assert.equal(of(events, 'reign').length, 1)
  assert.ok(of(events, 'rejoined').some(({ node, atUs }) => node === 'node2' && atUs > 1_000_000))
})

test('a source that comes back writable before it is missed has lost its reign all the same', () => {
  const text = `name: unnoticed
workload: { arrivals: uniform, ratePerSec: 0.5, reads: 0, clients: 1, duration: 12s }
tuning: { probeInterval: 3s, unreachable: 5s }
checks: [acknowledged-writes-survive, single-writer, replicas-converge]
faults:
  - { at: 4500ms, boot-writable: node1 }
`
  const scenario = parseScenario(text, 'unnoticed.yaml')
  const record = simulate(scenario, { seed: 1 })
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}`)
  assert.ok(record.operations.every(({ outcome }) => outcome === 'ok'))
  const second = of(record.events, 'phase').find(({ epoch, phase }) => epoch === 2 && phase === 'detect')
  assert.match(second?.detail ?? '', /^the source has restarted/)
})

test('a long transaction, one that stays open, and a change of a table while the source moves: nothing is lost', () => {
  const events = decided([
    'at: 500ms, long-transaction: source, rows: 200000',
    'at: 3s, long-transaction: source, open: 700ms',
    'at: 5s, alter: source, hold: 2s',
    'at: 5500ms, switchover: node3',
  ])
  assert.deepEqual(
    of(events, 'reign').map(({ source }) => source),
    ['node1', 'node3'],
  )
  // What the change wrote behind the fence that it was in the way of, nobody else has.
  assert.deepEqual(rebuilt(events), [['node1', { code: 'errant', transactions: 1 }]])
})

test('a source that is alone with what it has purged goes on when it is fenced: nobody else could be given it', () => {
  const text = `name: alone
cluster: { nodes: 3 }
workload: { ratePerSec: 50, reads: 0, duration: 12s }
tuning: { unreachable: 358ms, minimumTerm: 637ms }
checks: [acknowledged-writes-survive, single-writer]
seed: 2
faults:
  - { after: { failoverStep: reroute }, crash: source, for: 500ms }
  - { after: { op: 1 }, pause: node1, for: 6s }
  - { after: { op: 1, delay: 2.195045s }, purge-binlogs: source }
`
  const scenario = parseScenario(text, 'alone.yaml')
  const record = simulate(scenario, { seed: scenario.seed })
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}`)
  const alone = of(record.events, 'elected').find(({ reason }) => reason.startsWith('the fenced source has everything'))
  assert.equal(alone?.node, 'node3')
})

test('writes that wait for appliers alone are no reason to move the source', () => {
  const tuning = 'tuning: { stalled: 1s, quorumTimeout: 4s }'
  const events = decided(['at: 1s, block-applier: [node2, node3], for: 3500ms'], tuning)
  assert.equal(of(events, 'reign').length, 1)
  assert.ok(of(events, 'refused').some(({ why }) => why.code === 'appliers-behind' && why.received >= 2))
})
