import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judge } from '../../../scenarios/judge.ts'
import { conditionDifferences } from '../../../scenarios/measures/differences.ts'
import type { Result } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { record } from '../healthy-history.ts'
import { STAMP } from '../stamp.ts'

/** The scenario part of a result of this file. */
function side(text: string): Result['scenario'] {
  return judge(parseScenario(`name: x\n${text}`, 'x.yaml'), [record({ endedUs: 0, operations: [] })], STAMP).scenario
}

test('every setting that differs is named as the file writes it, with both values', () => {
  const cases: [string, string, string[]][] = [
    ['', 'tuning: { unreachable: 300ms }', ['tuning.unreachable differs: 1 s and 300 ms']],
    ['', 'cluster: { nodes: 5 }', ['cluster.nodes differs: 4 and 5']],
    ['', 'cluster: { timestampServers: 3 }', ['cluster.timestampServers differs: 2 and 3']],
    ['', 'workload: { duration: 20s }', ['workload.duration differs: 30 s and 20 s']],
    [
      '',
      'network: { default: { delay: 1.5ms } }',
      ['network.default.delay differs: lognormal, median 0.2 ms, sigma 0.5 and 1.5 ms'],
    ],
    [
      'faults: [{ at: 5s, crash: source }]',
      'faults: [{ at: 6s, crash: source }]',
      ['faults[0].at differs: 5 s and 6 s'],
    ],
    [
      'cluster: { protocol: raft, nodes: 5 }',
      'cluster: { protocol: raft, nodes: 5 }\nraft: { electionTimeout: 2s }',
      ['raft.electionTimeout differs: 1 s and 2 s'],
    ],
  ]
  for (const [a, b, expected] of cases) assert.deepEqual(conditionDifferences(side(a), side(b)), expected)
})

test('the same file with another algorithm has no difference to name', () => {
  assert.deepEqual(conditionDifferences(side(''), side('algorithms: { election: uniform, timestamps: taas }')), [])
})

test('very many differences are counted, not all listed', () => {
  const steps = Array.from({ length: 20 }, (_, i) => `{ at: ${i + 4}s, switchover: node${1 + (i % 4)} }`)
  const said = conditionDifferences(side(''), side(`faults: [${steps.join(', ')}]`))
  assert.equal(said.length, 13)
  assert.equal(said.at(-1), '8 more settings differ')
})

test('results of earlier versions are compared by what they hold, and by their file', () => {
  const { settings: _, text: __, ...old } = side('')
  const { settings: ___, text: ____, ...other } = side('tuning: { unreachable: 300ms }')
  assert.match(
    conditionDifferences(old, other)[0]!,
    /^the scenario differs: x and x \(files \w{8} and \w{8}\), in network/,
  )
  assert.deepEqual(conditionDifferences(old, { ...old, cluster: { ...old.cluster, nodes: 7 }, conditions: 'other' }), [
    'cluster.nodes differs: 4 and 7',
  ])
  const { conditions: _____, ...older } = old
  assert.deepEqual(conditionDifferences(older, old), [])
  assert.match(conditionDifferences(older, other)[0]!, /^the scenario differs: x and x \(files/)
})
