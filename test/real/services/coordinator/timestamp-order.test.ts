import assert from 'node:assert/strict'
import fc from 'fast-check'
import { orderOf, type Stamped } from '../../../../real/services/coordinator/timestamp-order.ts'
import { test } from '../../../support/test.ts'

function write(sentMs: number, answeredMs: number, timestamp: number): Stamped {
  return { sentMs, answeredMs, timestamp }
}

test('writes that overlap may have any order, one after the other only theirs', () => {
  assert.deepEqual(
    [orderOf([write(0, 10, 5), write(5, 15, 3)], 'taas'), orderOf([write(0, 10, 5), write(11, 15, 3)], 'taas')].map(
      ({ unique, ordered, violations }) => [unique, ordered, violations],
    ),
    [
      [true, true, 0],
      [true, false, 1],
    ],
  )
  assert.match(orderOf([write(0, 1, 5), write(2, 3, 3)], 'odd-even').detail, /odd-even does not promise/)
  assert.match(orderOf([write(0, 1, 5), write(2, 3, 3)], 'taas').detail, /taas promises never to happen/)
  assert.equal(orderOf([write(0, 1, 5), write(2, 3, 5)], 'taas').unique, false)
})

test('the same as comparing every pair', () => {
  const drawn = fc.record({ sentMs: fc.nat(30), lastedMs: fc.nat(10), timestamp: fc.nat(40) })
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 12 }), (rows) => {
      const writes = rows.map(({ sentMs, lastedMs, timestamp }) => write(sentMs, sentMs + lastedMs, timestamp))
      const wrong = writes.filter((one) =>
        writes.some((other) => other.answeredMs < one.sentMs && other.timestamp >= one.timestamp),
      )
      assert.equal(orderOf(writes, 'taas').violations, wrong.length)
    }),
  )
})
