import assert from 'node:assert/strict'
import { aboutText, counted, decimals, durationText } from '../../algorithms/wording.ts'
import { test } from '../support/test.ts'

test('durations are written as people write them', () => {
  const exact = [60_000_000, 1_500_000, 300_000, 150, 0].map(durationText)
  assert.deepEqual(exact, ['60 s', '1.5 s', '300 ms', '0.15 ms', '0 ms'])
  const about = [15_142_345, 1_234_567, 100_400, 87_432, 1_999, 0].map(aboutText)
  assert.deepEqual(about, ['15.1 s', '1.23 s', '100 ms', '87.4 ms', '2 ms', '0 ms'])
})

test('nothing is minus zero', () => {
  assert.deepEqual([decimals(-0.001, 2), decimals(-0, 0), decimals(-0.06, 1)], ['0.00', '0', '-0.1'])
  assert.equal(aboutText(-1), '0 ms')
})

test('one is one, everything else is many', () => {
  assert.deepEqual(
    [0, 1, 2].map((n) => counted(n, 'replica')),
    ['0 replicas', '1 replica', '2 replicas'],
  )
  assert.equal(counted(2, 'crash', 'crashes'), '2 crashes')
})
