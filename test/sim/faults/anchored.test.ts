/** Faults after events, in the simulator: they fire at the very moment of the event. */
import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

function run(...steps: readonly string[]) {
  const scenario = parseScenario(
    [
      'name: anchored',
      'workload: { ratePerSec: 50, reads: 0, duration: 4s }',
      'tuning: { unreachable: 300ms }',
      'faults:',
      ...steps.map((step) => `  - ${step}`),
    ].join('\n'),
    'anchored.yaml',
  )
  const record = simulate(scenario, { seed: 3 })
  return { record, checks: judgeChecks(scenario, record), firedUs: record.faults.map(({ atUs }) => atUs) }
}

test('after an answer: at the microsecond in which the client has it, or so much later', () => {
  const { record, firedUs } = run(
    '{ after: { op: 20 }, pause: node3, for: 100ms }',
    '{ after: { op: 20, delay: 7ms }, crash: node4 }',
  )
  const { endUs } = record.operations.find(({ op }) => op === 20)!
  assert.deepEqual(firedUs, [endUs, endUs! + 7_000])
  assert.equal(record.faults[0]!.healedUs, endUs! + 100_000)
})

test('after a receipt: before the client has its answer, which needs that replica', () => {
  const { record, firedUs } = run(
    ...['node3', 'node4'].map((node) => `{ at: 100ms, crash: ${node} }`),
    '{ after: { op: 30, receivedBy: node2 }, crash: node2 }',
  )
  const write = record.operations.find(({ op }) => op === 30)!
  assert.ok(firedUs[2]! > write.sentUs! && firedUs[2]! < write.sentUs! + 10_000)
  assert.ok(write.endUs! > firedUs[2]! + 1_000_000)
})

test('after a step of a failover: in the microsecond in which the coordinator takes it', () => {
  const { record, firedUs } = run(
    '{ at: 1s, crash: source }',
    '{ after: { failoverStep: promote }, crash: coordinator }',
  )
  const promote = record.events.find((event) => event.kind === 'phase' && event.phase === 'promote' && event.atUs > 0)!
  assert.equal(firedUs[1], promote.atUs)
})

test('an event that never comes is named, and no check of the run passes', () => {
  const { record, checks } = run('{ after: { op: 4000 }, crash: source }')
  assert.deepEqual(record.unfired, ['operation 4000 is answered'])
  assert.ok(checks.length > 0)
  for (const { verdict, detail } of checks) {
    assert.equal(verdict, 'unknown')
    assert.match(detail, /operation 4000 is answered/)
  }
})
