import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { complaintsOf } from './every-step.ts'
import { HARD } from './hard-failovers.ts'

const SEEDS = 6

for (const { name, text } of HARD)
  test(`${name}, ${SEEDS} seeds: nothing acknowledged is lost, and somebody reigns`, { deadlineMs: 60_000 }, () => {
    const scenario = parseScenario(text, 'hard.yaml')
    for (let seed = 1; seed <= SEEDS; seed++)
      assert.deepEqual(complaintsOf(scenario, simulate(scenario, { seed })), [], `seed ${seed}`)
  })
