import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Fifo } from '../../../sim/kernel/fifo.ts'
import { test } from '../../support/test.ts'

test('a queue gives back what an array would, in its order', () => {
  const step = fc.oneof(
    fc.record({ push: fc.nat(40) }),
    fc.record({ shift: fc.nat(40) }),
    fc.record({ truncate: fc.nat(60) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const fifo = new Fifo<number>()
      const array: number[] = []
      let next = 0
      for (const wish of steps) {
        if ('push' in wish) for (let i = 0; i < wish.push; i++, next++) fifo.push(array[array.push(next) - 1]!)
        else if ('shift' in wish)
          for (let i = Math.min(wish.shift, array.length); i > 0; i--) assert.equal(fifo.shift(), array.shift())
        else {
          fifo.truncate(wish.truncate)
          array.length = Math.min(array.length, wish.truncate)
        }
        assert.equal(fifo.length, array.length)
        assert.deepEqual(fifo.toArray(), array)
      }
    }),
  )
})

test('an empty queue and a place behind its end are bugs of the caller', () => {
  const fifo = new Fifo<number>()
  assert.throws(() => fifo.shift(), /assertion/)
  fifo.push(1)
  assert.equal(fifo.at(0), 1)
  assert.throws(() => fifo.at(1), /assertion/)
})
