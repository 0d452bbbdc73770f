import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { hotCount, type KeyChoice, keyPicker } from '../../../scenarios/clients/key-choice.ts'
import { Schedule } from '../../../scenarios/clients/operation-schedule.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { keysText } from '../../../scenarios/file/load-text.ts'
import { test } from '../../support/test.ts'

const DRAWS = 200_000

function drawn(keys: number, keyChoice: KeyChoice | undefined, draws = DRAWS): number[] {
  const pick = keyPicker(keyChoice === undefined ? { keys } : { keys, keyChoice })
  const stream = new RandomStreams(7).stream('client/key')
  const counts = new Array<number>(keys).fill(0)
  for (let i = 0; i < draws; i++) counts[pick(stream.uniform())]!++
  return counts
}

/** Pearson's statistic, less its mean, in its deviations. */
function surprise(counts: readonly number[], probabilities: readonly number[]): number {
  const draws = counts.reduce((sum, one) => sum + one, 0)
  const chiSquare = counts.reduce((sum, one, key) => {
    const expected = probabilities[key]! * draws
    return sum + (one - expected) ** 2 / expected
  }, 0)
  const freedom = counts.length - 1
  return (chiSquare - freedom) / Math.sqrt(2 * freedom)
}

function zipfProbabilities(keys: number, exponent: number): number[] {
  const weights = Array.from({ length: keys }, (_, key) => (key + 1) ** -exponent)
  const all = weights.reduce((sum, one) => sum + one, 0)
  return weights.map((one) => one / all)
}

test('Zipf keys have their exact probabilities, whatever the exponent (chi-square within four deviations)', () => {
  for (const exponent of [0, 0.5, 0.99, 1, 1.5])
    for (const keys of [2, 10, 1000]) {
      const found = surprise(drawn(keys, { kind: 'zipf', exponent }), zipfProbabilities(keys, exponent))
      assert.ok(Math.abs(found) < 4, `zipf ${exponent} of ${keys}: ${found}`)
    }
})

test('the test would see another exponent: 0.99 is told from 0.95', () => {
  assert.ok(surprise(drawn(1000, { kind: 'zipf', exponent: 0.99 }), zipfProbabilities(1000, 0.95)) > 10)
})

test('hot keys get their share of the operations, evenly among themselves, and so do the others', () => {
  const counts = drawn(50, { kind: 'hot', keyShare: 0.2, operationShare: 0.8 })
  const probabilities = counts.map((_, key) => (key < 10 ? 0.08 : 0.005))
  assert.ok(Math.abs(surprise(counts, probabilities)) < 4)
  assert.equal(hotCount(3, 0.2), 1)
})

test('every draw is a key that there is, at the ends as well', () => {
  const choices: (KeyChoice | undefined)[] = [
    undefined,
    { kind: 'zipf', exponent: 0 },
    { kind: 'zipf', exponent: 5 },
    ...[0, 0.1, 1].flatMap((keyShare) =>
      [0, 0.3, 1].map((operationShare) => ({ kind: 'hot', keyShare, operationShare }) as const),
    ),
  ]
  for (const keys of [1, 2, 7, 1000])
    for (const keyChoice of choices) {
      const pick = keyPicker(keyChoice === undefined ? { keys } : { keys, keyChoice })
      for (const uniform of [0, 1e-9, 0.1, 0.3, 0.5, 0.999_999, 1 - 2 ** -32]) {
        const key = pick(uniform)
        assert.ok(
          Number.isInteger(key) && key >= 0 && key < keys,
          `${keys} ${JSON.stringify(keyChoice)} ${uniform}: ${key}`,
        )
      }
    }
})

test('the choice of keys moves no arrival, kind or level', () => {
  const operations = (keys: string) => {
    const { workload } = parseScenario(`name: x\nworkload: { keys: ${keys}, duration: 2s }`, 'x.yaml')
    const schedule = new Schedule(workload, new RandomStreams(3))
    const found: (readonly [number, boolean])[] = []
    while (schedule.advance()) found.push([schedule.intendedUs, schedule.isRead])
    return found
  }
  assert.deepEqual(operations('{ zipf: 0.99, count: 1000 }'), operations('1000'))
  assert.deepEqual(operations('{ hot: { keys: 0.1, operations: 0.9 }, count: 50 }'), operations('1000'))
})

test('keys are read in their three forms, written out in words, and refused in any other', () => {
  const read = (keys: string) => parseScenario(`name: x\nworkload: { keys: ${keys} }`, 'x.yaml').workload
  assert.equal(read('5').keyChoice, undefined)
  assert.equal(keysText(read('1')), '1 key')
  assert.equal(keysText(read('{ zipf: 0.99, count: 1000 }')), '1000 keys (Zipf 0.99)')
  assert.equal(
    keysText(read('{ hot: { keys: 0.2, operations: 0.8 }, count: 1000 }')),
    '1000 keys (80 % of operations on the hottest 200)',
  )
  for (const wrong of ['0', 'many', '{ zipf: 0.99 }', '{ zipf: -1, count: 5 }', '{ hot: 0.2, count: 5 }'])
    assert.throws(() => read(wrong), /^ScenarioError: x\.yaml:2:\d+: .*workload\.keys/, wrong)
})
