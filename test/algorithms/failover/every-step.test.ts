import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { complaintsOf, everyStep, HURTS, STEPS, stepText } from './every-step.ts'

/** Taken in turn: at the very moment, and while what the step began is under way. */
const DELAYS_US = [0, 700]

for (const hurt of HURTS)
  test(`a coordinator ${hurt} at each of ${STEPS.length} steps: nothing is lost, one source writes, somebody reigns`, {
    deadlineMs: 120_000,
  }, () => {
    const complaints: string[] = []
    STEPS.forEach((step, index) => {
      const delayUs = DELAYS_US[(index + HURTS.indexOf(hurt)) % DELAYS_US.length]!
      const scenario = parseScenario(everyStep(step, hurt, delayUs), 'every-step.yaml')
      const record = simulate(scenario, { seed: 1 + index })
      complaints.push(...complaintsOf(scenario, record).map((text) => `${stepText(step)} + ${delayUs} us: ${text}`))
    })
    assert.deepEqual(complaints, [])
  })
