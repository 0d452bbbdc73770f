import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ascendingOrder, inIntendedOrder } from '../../../scenarios/measures/ascending-order.ts'
import { test } from '../../support/test.ts'
import { operation } from '../healthy-history.ts'

function byComparator(values: readonly number[]): number[] {
  return values.map((_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b)
}

test('law: any numbers come out ascending, equal ones in their order', () => {
  const number = fc.oneof(fc.nat(20), fc.integer(), fc.constantFrom(2 ** 52, -(2 ** 52), 0.5, Number.POSITIVE_INFINITY))
  fc.assert(
    fc.property(fc.array(number, { maxLength: 300 }), (values) => {
      assert.deepEqual([...ascendingOrder(Float64Array.from(values))], byComparator(values))
    }),
  )
})

test('numbers far out of order are sorted too, whole or not, small or too large to be packed', () => {
  const n = 2_000
  for (const scale of [1, 0.25, 2 ** 45]) {
    const values = Array.from({ length: n }, (_, i) => ((n - i) % 997) * scale)
    assert.deepEqual([...ascendingOrder(Float64Array.from(values))], byComparator(values))
  }
})

test('a history in order is handed back as it is, any other one in order of intended start', () => {
  const inOrder = [operation({ op: 0 }), operation({ op: 1 })]
  assert.equal(inIntendedOrder(inOrder), inOrder)
  assert.deepEqual(inIntendedOrder([inOrder[1]!, inOrder[0]!]), inOrder)
})
