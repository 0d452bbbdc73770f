/** Links that lost segments for a while, in whole runs: a connection goes on within seconds of the heal. */
import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judge } from '../../../scenarios/judge.ts'
import { simulate } from '../../../sim/run.ts'
import { STAMP } from '../../scenarios/stamp.ts'
import { test } from '../../support/test.ts'

function run(seed: number, ...lines: readonly string[]) {
  const scenario = parseScenario(['name: lossy', ...lines].join('\n'), 'lossy.yaml')
  const record = simulate(scenario, { seed })
  return { record, result: judge(scenario, [record], STAMP) }
}

test('2 s of loss between a source and its replica are caught up a few seconds later', () => {
  for (const seed of [1, 2, 3]) {
    const { result } = run(
      seed,
      'workload: { ratePerSec: 200, duration: 12s }',
      'faults: [{ at: 3s, lose: { link: "node1->node4" }, ratio: 0.5, for: 2s }]',
    )
    const { max } = result.summary.lagMs
    assert.ok(max > 500 && max < 4_000, `seed ${seed}: ${max} ms`)
  }
})

test('5 s of loss between clients and coordinator leave no dead connection behind', () => {
  for (const seed of [1, 2, 3]) {
    const { record, result } = run(
      seed,
      'workload: { ratePerSec: 50, duration: 16s, clients: 100, deadline: 20s }',
      'liveness: 5s',
      'checks: [live-after-healing, acknowledged-writes-survive]',
      'faults: [{ at: 3s, lose: { link: "client->coordinator" }, ratio: 0.5, for: 5s }]',
    )
    assert.deepEqual(
      result.checks.map(({ verdict }) => verdict),
      ['pass', 'pass'],
    )
    const after = record.operations.filter(({ intendedUs }) => intendedUs > 14_000_000)
    assert.ok(after.length > 50)
    for (const { endUs, intendedUs, op } of after) assert.ok(endUs! - intendedUs < 100_000, `seed ${seed}, ${op}`)
  }
})
