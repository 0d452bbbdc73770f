import assert from 'node:assert/strict'
import { renderReport } from '../../reports/html.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { simulate } from '../../sim/run.ts'
import { STAMP } from '../scenarios/stamp.ts'
import { test } from '../support/test.ts'
import { textOf } from './page-parts.ts'

const pageOf = async (cluster: string) => {
  const scenario = parseScenario(`name: x\ncluster: ${cluster}\nworkload: { duration: 1s }\n`, 'x.yaml')
  return textOf(await renderReport([judge(scenario, [simulate(scenario, { seed: 1 })], STAMP)]))
}

test('a run that is acknowledged on receipt says what each level costs, any other does not', async () => {
  const page = await pageOf('{ acknowledge: received }')
  for (const word of [/What a loss costs at each level/, /semi-sync alone/, /maxApplyBacklog transactions/])
    assert.match(page, word)
  assert.doesNotMatch(await pageOf('{}'), /What a loss costs at each level/)
})
