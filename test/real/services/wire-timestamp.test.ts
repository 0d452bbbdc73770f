import assert from 'node:assert/strict'
import { compareTimestamps } from '../../../algorithms/timestamps/timestamp.ts'
import { wireTimestamp } from '../../../real/services/wire-timestamp.ts'
import { test } from '../../support/test.ts'

test('timestamps on the wire are in the order of the pairs, each number for one pair', () => {
  const pairs = [1, 2, 3, 7].flatMap((counter) => [1, 2, 3].map((server) => ({ counter, server })))
  const numbers = pairs.map((pair) => wireTimestamp('taas', 3, pair))
  assert.equal(new Set(numbers).size, pairs.length)
  for (const [i, a] of pairs.entries())
    for (const [j, b] of pairs.entries())
      assert.equal(Math.sign(numbers[i]! - numbers[j]!), Math.sign(compareTimestamps(a, b)))
})

test('odd-even is its own number, and what is not exact is never sent', () => {
  assert.equal(wireTimestamp('odd-even', 2, { counter: 6, server: 2 }), 6)
  assert.throws(() => wireTimestamp('taas', 3, { counter: 2 ** 52, server: 1 }), /assertion/)
})
