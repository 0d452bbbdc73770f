import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

function expecting(text: string) {
  return parseScenario(`name: x\nexpect: { ${text} }`, 'x.yaml').expectations.map(({ path, op, limit }) => ({
    path,
    op,
    limit,
  }))
}

test('the limit of a share may be in percent, alone or over trials', () => {
  assert.deepEqual(expecting('operations.failedShare: < 0.1%, median(operations.okShare): ">= 99.5 %"'), [
    { path: 'operations.failedShare', op: '<', limit: 0.001 },
    { path: 'median(operations.okShare)', op: '>=', limit: 0.995 },
  ])
  assert.deepEqual(expecting('operations.failedShare: < 0.001, latencyMs.write.p95: < 20'), [
    { path: 'operations.failedShare', op: '<', limit: 0.001 },
    { path: 'latencyMs.write.p95', op: '<', limit: 20 },
  ])
})

test('percent of what is no share are refused', () => {
  assert.throws(
    () => expecting('operations.failed: < 5%'),
    /^ScenarioError: x\.yaml:2:30: percent of what is no share: operations\.failed, expected a plain number/,
  )
})
