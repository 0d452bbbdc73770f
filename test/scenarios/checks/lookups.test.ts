import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { GtidLookup, RowLookup } from '../../../scenarios/checks/lookups.ts'
import { test } from '../../support/test.ts'
import { UUID } from '../healthy-history.ts'

test('law: a row lookup answers as the set it was made from, for any operation ids', () => {
  const id = fc.oneof(fc.nat(50), fc.integer({ min: -5, max: 5 }), fc.constantFrom(1 << 26, 2 ** 40, 0.5))
  fc.assert(
    fc.property(fc.array(id), fc.array(id), (here, there) => {
      const set = new Set(here)
      const lookup = new RowLookup(set)
      assert.equal(lookup.size, set.size)
      for (const op of [...here, ...there]) assert.equal(lookup.has(op), set.has(op))
      const missing = [...new Set(there)].filter((op) => !set.has(op)).sort((a, b) => a - b)
      assert.deepEqual(lookup.missing(new RowLookup(new Set(there))), missing)
    }),
  )
})

test('law: a GTID lookup answers as the set it was made from, in any order of questions', () => {
  const gtid = fc.record({ uuid: fc.constantFrom(...UUID.slice(0, 3)), number: fc.integer({ min: 1, max: 12 }) })
  fc.assert(
    fc.property(fc.array(gtid), fc.array(gtid), (members, questions) => {
      const set = MutableGtidSet.of(...members)
      const lookup = new GtidLookup(set)
      for (const question of questions) assert.equal(lookup.has(question), set.has(question))
    }),
  )
})
