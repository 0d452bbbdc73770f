import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judge, type Stamp } from '../../../scenarios/judge.ts'
import type { Result } from '../../../scenarios/result.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

const STAMP: Stamp = { versions: { quorumlab: '0', node: '0' }, machine: {}, startedAt: '', coordinator: 'service' }

function resultOf(text: string, seed = 1): Result {
  const scenario = parseScenario(text, 'raft.yaml')
  return judge(scenario, [simulate(scenario, { seed })], STAMP)
}

function scenarioText(algorithms: string, faults: readonly string[], more = ''): string {
  return `
name: raft
cluster: { protocol: raft, nodes: 5 }
algorithms: { ${algorithms} }
workload: { ratePerSec: 300, clients: 16, reads: 0.3, duration: 6s }
${more}
faults: [${faults.join(', ')}]
`
}

const QUORUMS = ['majority', 'flexible, failureThreshold: 1', 'cabinet, failureThreshold: 1', 'hierarchical']

for (const quorum of QUORUMS)
  test(`a Raft group (${quorum}) loses its leader and no acknowledged write, and every check passes`, () => {
    const result = resultOf(
      scenarioText(`quorum: ${quorum}`, ['{ at: 2s, crash: source }', '{ at: 4s, restart: crashed }']),
    )
    for (const { name, verdict, detail } of result.checks) assert.equal(verdict, 'pass', `${name}: ${detail}`)
    assert.deepEqual(
      result.checks.map(({ name }) => name),
      ['acknowledged-writes-survive', 'single-writer', 'replicas-converge'],
    )
    const [failover] = result.summary.failovers
    assert.equal(failover?.oldSource, 'node1')
    assert.notEqual(failover?.newSource, 'node1')
    assert.equal(failover?.lostAcknowledged, 0)
    assert.ok(result.summary.operations.ok > 1000)
  })

test('a Raft group tells of its weights, the leader heaviest, at most twice a second, and only where it weighs', () => {
  const { events, series } = resultOf(scenarioText('quorum: cabinet', ['{ at: 2s, crash: source, for: 1s }']))
  const told = events.filter((event) => event.kind === 'quorum')
  assert.ok(told.length > 5 && told.length <= 20, `${told.length} events`)
  for (const { process, members } of told) assert.equal(members[0], process)
  const { share } = series.quorum!
  for (const [row, source] of series.source.entries()) {
    const known = Object.values(share).flatMap((values) => values[row] ?? [])
    if (source === null || known.length === 0) continue
    assert.ok(Math.abs(known.reduce((sum, value) => sum + value, 0) - 1) < 0.01)
    assert.equal(share[source]![row], Math.max(...known))
  }
  assert.equal(resultOf(scenarioText('quorum: majority', [])).series.quorum, undefined)
})

test('every fault a Raft group can have leaves a history that passes its checks', () => {
  const result = resultOf(
    scenarioText('quorum: majority', [
      '{ at: 500ms, pause: source, for: 1500ms }',
      '{ at: 2500ms, partition: source, for: 1s }',
      '{ at: 2600ms, slow: replica, cpu: 0.2, disk: 5ms, for: 1s }',
      '{ at: 3600ms, slow: { link: "node2->*" }, delay: 5ms, for: 500ms }',
      '{ at: 3600ms, lose: { link: "*->node4" }, ratio: 0.3, for: 300ms }',
      '{ at: 4s, stop: weakest, for: 500ms }',
      '{ at: 5s, crash: strongest }',
      '{ at: 5500ms, restart: crashed }',
    ]),
  )
  assert.ok(result.faults.length >= 8)
  const lossy = result.faults.find(({ label }) => label.startsWith('lose '))
  assert.notEqual(lossy?.witness.seenMs, null)
  for (const { name, verdict, detail } of result.checks) assert.equal(verdict, 'pass', `${name}: ${detail}`)
})

test('the same seed gives the same bytes, and another seed another run', () => {
  const text = scenarioText('quorum: cabinet', ['{ at: 2s, crash: source, for: 1s }'])
  const [first, again, other] = [resultOf(text), resultOf(text), resultOf(text, 2)]
  assert.equal(JSON.stringify(first), JSON.stringify(again))
  assert.notEqual(first.digest, other.digest)
})

test('the leader that nobody can reach answers nothing that is lost later', () => {
  const result = resultOf(
    scenarioText('quorum: majority', [
      '{ at: 1s, partition: { split: [[node1, client], [node2, node3, node4, node5]] }, for: 3s }',
    ]),
  )
  assert.equal(result.summary.failovers.length, 1)
  for (const { name, verdict, detail } of result.checks) assert.equal(verdict, 'pass', `${name}: ${detail}`)
})

test('without a quorum nothing is acknowledged', () => {
  const text = scenarioText('quorum: majority', ['{ at: 2s, crash: [node3, node4, node5] }'])
  const { operations } = simulate(parseScenario(text, 'raft.yaml'), { seed: 1 })
  const between = operations.filter(({ sentUs, endUs }) => (sentUs ?? 0) > 2_000_000 && (endUs ?? 0) < 6_000_000)
  assert.deepEqual(
    between.filter(({ outcome }) => outcome === 'ok'),
    [],
  )
  assert.ok(operations.some(({ sentUs, outcome }) => (sentUs ?? 0) > 2_000_000 && outcome !== 'ok'))
})

test('a delay matrix between zones is felt, and clients live where the zones say', () => {
  const zones = (clients: string) => `
name: zones
cluster:
  protocol: raft
  nodes: 5
  zones: [{ name: near, nodes: 3, ${clients} }, { name: far, nodes: 2, clients: 1 }]
network: { matrix: [[1ms, 40ms], [40ms, 1ms]] }
workload: { ratePerSec: 100, duration: 3s, reads: 0 }
`
  // The leader and its majority are near: a far client pays two crossings, a near one none.
  const far = resultOf(zones('clients: 0')).summary.latencyMs.write
  const both = resultOf(zones('clients: 1')).summary.latencyMs.write
  assert.ok(far.p50 >= 80 && far.p50 < 100, `${far.p50}`)
  assert.ok(both.p50 < far.p50 && both.p90 >= 80, `${both.p50}`)
})
