import assert from 'node:assert/strict'
import { seedCount, seedsOf } from '../../../scenarios/swarm/seed-range.ts'
import { test } from '../../support/test.ts'

test('the parts of a range are disjoint, alike, and together all of it', () => {
  const parts = [1, 2, 3].map((part) => ({ seeds: 10, from: 5, shard: { part, of: 3 } }))
  const drawn = parts.map((part) => [...seedsOf(part)])
  assert.deepEqual(drawn, [
    [5, 8, 11, 14],
    [6, 9, 12],
    [7, 10, 13],
  ])
  assert.deepEqual(parts.map(seedCount), [4, 3, 3])
})

test('a part beyond the last seed is empty', () => {
  const range = { seeds: 2, from: 0, shard: { part: 3, of: 3 } }
  assert.deepEqual([...seedsOf(range)], [])
  assert.equal(seedCount(range), 0)
})
