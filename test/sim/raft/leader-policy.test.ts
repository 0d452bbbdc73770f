import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judge, type Stamp } from '../../../scenarios/judge.ts'
import type { Result } from '../../../scenarios/result.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

const STAMP: Stamp = { versions: { quorumlab: '0', node: '0' }, machine: {}, startedAt: '', coordinator: 'service' }

/** node1, the first leader, is far from nearly all clients and from the majority. */
function resultOf(algorithms: string, durationSec: number, faults = ''): Result {
  const scenario = parseScenario(
    `
name: place
cluster:
  protocol: raft
  nodes: 5
  zones: [{ name: east, nodes: 2, clients: 1 }, { name: west, nodes: 3, clients: 4 }]
network: { matrix: [[1ms, { normal: { mean: 40ms, deviation: 2ms } }], [{ normal: { mean: 40ms, deviation: 2ms } }, 1ms]] }
algorithms: { ${algorithms} }
workload: { ratePerSec: 100, clients: 64, reads: 0.2, duration: ${durationSec}s, warmup: ${durationSec / 2}s }
faults: [${faults}]
checks: [acknowledged-writes-survive, single-writer, elections-safe, replicas-converge, linearizable]
`,
    'place.yaml',
  )
  return judge(scenario, [simulate(scenario, { seed: 1 })], STAMP)
}

function leadersOf({ events }: Result): string[] {
  return events.flatMap((event) => (event.kind === 'reign' ? [event.source] : []))
}

function assertPasses({ checks, summary }: Result): void {
  for (const { name, verdict, detail } of checks) assert.equal(verdict, 'pass', `${name}: ${detail}`)
  assert.equal(summary.operations.failed + summary.operations.unknown, 0)
}

for (const policy of ['lowest-rtt', 'best-known'])
  test(`${policy}: a leader far from its clients hands over to a near one, once, and no client notices but by speed`, () => {
    const [native, moved] = [resultOf('election: native', 8), resultOf(`election: ${policy}`, 8)]
    assert.deepEqual(leadersOf(native), ['node1'])
    const [first, second, ...more] = leadersOf(moved)
    assert.equal(first, 'node1')
    assert.ok(['node3', 'node4', 'node5'].includes(second!), second)
    assert.deepEqual(more, [])
    assertPasses(moved)
    assert.ok(moved.summary.latencyMs.write.p50 < native.summary.latencyMs.write.p50 / 2)
    assert.deepEqual(
      moved.summary.failovers.map((failover) => [failover.policy, failover.newSource]),
      [[policy, second]],
    )
  })

test('best-known moves away from a leader that becomes slow, and its move is explained', () => {
  const result = resultOf('election: best-known', 14, '{ at: 7s, slow: source, cpu: 0.002 }')
  assertPasses(result)
  const leaders = leadersOf(result)
  assert.equal(leaders.length, 3)
  assert.notEqual(leaders[2], leaders[1])
  assert.ok(
    result.events.some(
      (event) => event.kind === 'note' && /hands over to node\d \(commits would take/.test(event.text),
    ),
  )
})

test('seer tries every server, settles on a near one, and never moves twice within its period', () => {
  const result = resultOf('election: seer, seer: { predictEvery: 500ms, noveltyEvery: 3s, hysteresis: 0.2 }', 20)
  assertPasses(result)
  const reigns = result.events.flatMap((event) => (event.kind === 'reign' ? [event] : []))
  assert.ok(new Set(reigns.map(({ source }) => source)).size >= 4, `${leadersOf(result)}`)
  for (let i = 2; i < reigns.length; i++) assert.ok(reigns[i]!.atUs - reigns[i - 1]!.atUs >= 500_000 - 100_000)
  assert.ok(['node3', 'node4', 'node5'].includes(leadersOf(result).at(-1)!), `${leadersOf(result)}`)
})

test('when the leader that a policy chose dies, the first to time out succeeds it, and the policy moves on from there', () => {
  const result = resultOf('election: lowest-rtt', 14, '{ at: 7s, crash: source, for: 3s }')
  for (const { name, verdict, detail } of result.checks) assert.equal(verdict, 'pass', `${name}: ${detail}`)
  assert.ok(leadersOf(result).length >= 3)
  assert.ok(['node3', 'node4', 'node5'].includes(leadersOf(result).at(-1)!))
})
