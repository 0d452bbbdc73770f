import assert from 'node:assert/strict'
import type { Sight } from '../../../scenarios/faults/fault-world.ts'
import { holds } from '../../../scenarios/faults/witnessing.ts'
import { test } from '../../support/test.ts'

const seen = (text: string, ...amounts: number[]): Sight => ({ look: 'as-it-is', text, amounts })

test('a fault that only changes amounts holds when an amount is another, whatever the words are', () => {
  const before = seen('0.20 ms', 200)
  assert.equal(holds('slow', before, seen('0.20 ms', 204)), true)
  assert.equal(holds('slow', before, seen('said in other words', 200)), false)
  assert.equal(holds('skew-clock', seen('right', 0, 0), seen('right', 0, 100)), true)
})

test('what was measured before and cannot be any more has changed', () => {
  assert.equal(holds('lose-relay-logs', seen('3 transactions', 3, 1), seen('nothing')), true)
})
