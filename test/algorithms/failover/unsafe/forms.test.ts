import assert from 'node:assert/strict'
import { UNSAFE_FORMS } from '../../../../algorithms/failover/unsafe/forms.ts'
import type { CheckName } from '../../../../scenarios/checks/checks.ts'
import { parseScenario } from '../../../../scenarios/file/load.ts'
import { simulate } from '../../../../sim/run.ts'
import { test } from '../../../support/test.ts'
import { CONVICTIONS, checksOf, scenarioOf } from './convictions.ts'

const SEEDS = [1, 2, 3]

test('every unsafe form has a schedule that convicts it', () => {
  assert.deepEqual([...CONVICTIONS.map(({ form }) => form), 'stale-metrics'].sort(), Object.keys(UNSAFE_FORMS).sort())
})

for (const conviction of CONVICTIONS) {
  const { form, fails, mayFail = [] } = conviction
  test(`${form}: ${fails.join(' and ')} fails, and nothing else; the sound form passes under the same faults`, () => {
    for (const seed of SEEDS) {
      const verdicts = (unsafe: boolean) => {
        const scenario = scenarioOf(conviction, unsafe)
        return checksOf(scenario, simulate(scenario, { seed })).filter(({ verdict }) => verdict !== 'pass')
      }
      const convicted = verdicts(true)
      assert.deepEqual(
        convicted
          .filter(({ name }) => !mayFail.includes(name as CheckName))
          .map(({ name, verdict }) => [name, verdict]),
        fails.map((name) => [name, 'fail']),
        `seed ${seed}: ${convicted.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`,
      )
      assert.deepEqual(verdicts(false), [], `seed ${seed}, sound`)
    }
  })
}

test('stale-metrics: writes go on waiting for a replica that died long ago; with fresh ones they choose another', () => {
  const unknown = (unsafe: string) => {
    const text = `
name: stale-metrics
${unsafe}
algorithms: { quorum: cabinet-top }
workload: { ratePerSec: 100, clients: 100, reads: 0, duration: 8s }
tuning: { quorumTimeout: 500ms }
faults:
  - { at: 1s, crash: [node2], for: 6s }
`
    const { operations } = simulate(parseScenario(text, 'stale-metrics.yaml'), { seed: 1 })
    return operations.filter(({ outcome }) => outcome === 'unknown').length
  }
  const [sound, stale] = [unknown(''), unknown('unsafe: [stale-metrics]')]
  assert.ok(stale > 5 * sound, `${stale} writes without a quorum, ${sound} with fresh metrics`)
})
