import assert from 'node:assert/strict'
import { Executions } from '../../../algorithms/failover/executions.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

test('writes hang since the first that was tried and never executed, whatever times out in between', () => {
  const executions = new Executions()
  executions.began(10)
  executions.ended(true, 20)
  executions.began(30)
  assert.equal(executions.hangingSinceUs, 30)
  executions.began(40)
  executions.ended(false, 2_000_000)
  assert.equal(executions.hangingSinceUs, 30)
  executions.ended(true, 2_000_001)
  assert.equal(executions.hangingSinceUs, null)
})

test('an idle source hangs on nothing, and an old failure is not held against a later write', () => {
  const executions = new Executions()
  executions.began(10)
  executions.ended(false, 20)
  assert.equal(executions.hangingSinceUs, null)
  executions.began(5_000_000)
  assert.equal(executions.hangingSinceUs, 5_000_000)
})

test('a source whose semi-sync waits cannot end is moved away from, although reads and probes are answered', () => {
  const text = `
name: semi-sync-cut
description: The source keeps one of three replicas, and needs two.
cluster:    { nodes: 4, semiSync: true }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 100, clients: 16, reads: 0.3, consistency: STRONG, duration: 8s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge]
faults:
  - { at: 1s, partition: { split: [[node1], [node2, node3]] }, for: 6900ms }
`
  const record = simulate(parseScenario(text, 'semi-sync-cut.yaml'), { seed: 1 })
  const reigns = record.events.flatMap((event) => (event.kind === 'reign' ? [event.source] : []))
  assert.deepEqual(reigns, ['node1', 'node4'])
  const late = record.operations.filter(
    ({ kind, outcome, sentUs }) => kind === 'write' && outcome === 'ok' && sentUs! > 5e6,
  )
  assert.ok(late.length > 50)
})
