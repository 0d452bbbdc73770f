import assert from 'node:assert/strict'
import { loadScenario, parseScenario } from '../../../scenarios/file/load.ts'
import { resultSchemaText } from '../../../scenarios/file/result-schema.ts'
import { judge } from '../../../scenarios/judge.ts'
import { simulate } from '../../../sim/run.ts'
import { shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'
import { resultJsonSchema } from '../../tables/result-schema.ts'
import { assertFollowsSchema, mistakesIn } from '../result-schema.ts'
import { STAMP } from '../stamp.ts'

const SLOW = { deadlineMs: 120_000 } as const

test('the schema of results is what `npm run tables` makes of their types', SLOW, () => {
  assert.equal(resultSchemaText(), `${JSON.stringify(resultJsonSchema(), null, 2)}\n`)
})

test('simulated results of both protocols, of transactions and of a failed check follow the schema', SLOW, () => {
  const short = (text: string) => parseScenario(text, 'short.yaml')
  const scenarios = [
    loadScenario('primary-crash'),
    short(
      'name: raft\ncluster: { protocol: raft, nodes: 5 }\nworkload: { duration: 5s }\nfaults: [{ at: 2s, crash: source }]\n',
    ),
    short('name: sets\nworkload: { duration: 5s, transaction: { statements: 2 }, payload: 1kB }\n'),
    short(
      'name: stale\nunsafe: [no-fencing]\nworkload: { duration: 8s, keys: 5 }\nchecks: [linearizable, single-writer]\nfaults: [{ at: 2s, pause: source, for: 3s }]\n',
    ),
  ]
  for (const scenario of scenarios) {
    const records = [1, 2].map((seed) => simulate(scenario, { seed }))
    assertFollowsSchema(judge(scenario, records, STAMP))
  }
})

test('what is missing or of another type is found, and a field that is unknown is no mistake', SLOW, () => {
  const scenario = parseScenario('name: short\nworkload: { duration: 1s }\n', 'short.yaml')
  const result = judge(scenario, [simulate(scenario, { seed: 1 })], STAMP)
  const json = JSON.parse(JSON.stringify({ ...result, aNewField: 5 }))
  assert.deepEqual(mistakesIn(json), [])
  json.summary.throughputOpsPerSec = 'fast'
  delete json.summary.latencyMs.write.p50
  assert.deepEqual([...mistakesIn(json)].sort(), ['summary.latencyMs.write.p50', 'summary.throughputOpsPerSec'])
})

test('`schema result` prints it, and another word is refused', SLOW, async () => {
  const { code, stdout } = await shell('cli schema result')
  assert.equal(code, 0)
  assert.equal(stdout, resultSchemaText())
  const wrong = await shell('cli schema results')
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /expected scenario or result, found results/)
})
