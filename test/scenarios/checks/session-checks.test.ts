/** The checks on sessions judge what the simulator really answers: they acquit SESSION and convict what is weaker. */
import assert from 'node:assert/strict'
import * as monotonicSessions from '../../../scenarios/checks/monotonic-sessions.ts'
import * as readYourWrites from '../../../scenarios/checks/read-your-writes.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

/** Few busy sessions, few keys, and the nearest replica applies slowly. */
function ran(consistency: string): RunRecord {
  const text = `
name: sessions
workload: { ratePerSec: 500, clients: 3, reads: 0.6, keys: 2, consistency: ${consistency}, duration: 4s }
network:  { links: { "coordinator->node2": { delay: 50us }, "node2->coordinator": { delay: 50us } } }
faults:   [{ at: 500ms, slow: node2, disk: 20ms, cpu: 0.3, for: 3s }]
`
  return simulate(parseScenario(text, 'sessions.yaml'), { seed: 1 })
}

const judged = (record: RunRecord) =>
  [readYourWrites, monotonicSessions].map(({ check }) => check(record, parseScenario('name: any', 'any.yaml')))

test('SESSION operations keep their promises beside a replica that is behind', () => {
  for (const consistency of ['SESSION', '{ STRONG: 0.3, SESSION: 0.7 }']) {
    const record = ran(consistency)
    for (const result of judged(record)) {
      assert.equal(result.verdict, 'pass', result.detail)
      assert.ok(result.examined > 500, `${result.examined} examined`)
    }
    const nodes = new Set(record.operations.filter(({ kind }) => kind === 'read').map(({ node }) => node))
    assert.ok(nodes.has('node2'), 'no read was answered by the replica')
  }
})

test('the same run with EVENTUAL operations, judged as if they had been SESSION, is convicted of both', () => {
  const record = ran('EVENTUAL')
  const operations = record.operations.map((operation) => ({ ...operation, consistency: 'SESSION' as const }))
  for (const result of judged({ ...record, operations })) assert.equal(result.verdict, 'fail', result.detail)
})

test('under semi-sync, where a replica shows what its source does not yet, a STRONG read does not fall behind its session', () => {
  const text = `
name: ahead-of-the-source
cluster:  { acknowledge: received, semiSync: true }
workload: { ratePerSec: 200, clients: 8, reads: 0.6, keys: 1, consistency: { STRONG: 0.5, SESSION: 0.5 }, duration: 4s }
network:
  links: { "node2->node1": { delay: 40ms }, "node3->node1": { delay: 40ms }, "node4->node1": { delay: 40ms } }
`
  const [, monotonic] = judged(simulate(parseScenario(text, 'ahead.yaml'), { seed: 1 }))
  assert.equal(monotonic!.verdict, 'pass', monotonic!.evidence[0])
  assert.ok(monotonic!.examined > 100)
})
