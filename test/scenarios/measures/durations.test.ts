import assert from 'node:assert/strict'
import { outcomeOf, total } from '../../../scenarios/measures/durations.ts'
import { test } from '../../support/test.ts'

test('a total is known only where each has ended', () => {
  assert.deepEqual([total([100, 300]), total([]), total([100, null])], [400, 0, null])
})

test('never happened and never ended are two outcomes', () => {
  assert.deepEqual([outcomeOf([]), outcomeOf([0]), outcomeOf([1, null])], ['none', 'ended', 'open'])
})
