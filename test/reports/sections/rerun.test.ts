import assert from 'node:assert/strict'
import { commandOf } from '../../../reports/sections/rerun.ts'
import { test } from '../../support/test.ts'
import { fixture } from '../fixtures.ts'

test('a file name with a quote in it stays one word of the command', () => {
  const result = fixture()
  const scenario = { ...result.scenario, file: "it's; rm -rf x.yaml" }
  assert.equal(commandOf({ ...result, scenario }), "npx quorumlab run 'it'\\''s; rm -rf x.yaml' --on sim --seed 1")
})
