import assert from 'node:assert/strict'
import { UNSAFE_FORMS } from '../../../../algorithms/failover/unsafe/forms.ts'
import { simulate } from '../../../../sim/run.ts'
import { test } from '../../../support/test.ts'
import { CONVICTIONS, checksOf, scenarioOf } from './convictions.ts'

const SEEDS = [1, 2, 3]

test('every unsafe form has a schedule that convicts it', () => {
  assert.deepEqual(CONVICTIONS.map(({ form }) => form).sort(), Object.keys(UNSAFE_FORMS).sort())
})

for (const conviction of CONVICTIONS) {
  const { form, fails } = conviction
  test(`${form}: ${fails.join(' and ')} fails, and nothing else; the sound form passes under the same faults`, () => {
    for (const seed of SEEDS) {
      const verdicts = (unsafe: boolean) => {
        const scenario = scenarioOf(conviction, unsafe)
        return checksOf(scenario, simulate(scenario, { seed })).filter(({ verdict }) => verdict !== 'pass')
      }
      const convicted = verdicts(true)
      assert.deepEqual(
        convicted.map(({ name, verdict }) => [name, verdict]),
        fails.map((name) => [name, 'fail']),
        `seed ${seed}: ${convicted.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`,
      )
      assert.deepEqual(verdicts(false), [], `seed ${seed}, sound`)
    }
  })
}
