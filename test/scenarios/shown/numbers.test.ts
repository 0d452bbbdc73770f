import assert from 'node:assert/strict'
import fc from 'fast-check'
import { apart, change, compact, count, digits, milliseconds, percent } from '../../../scenarios/shown/numbers.ts'
import { test } from '../../support/test.ts'

test('numbers carry about three digits, and units stay with them', () => {
  assert.deepEqual([0, 0.0123, 0.5, 1.94, 2.6, 23.44, 198.4, 12402, -3.2].map(digits), [
    '0',
    '0.012',
    '0.5',
    '1.94',
    '2.6',
    '23.4',
    '198',
    '12,402',
    '-3.2',
  ])
  assert.equal(milliseconds(198.4), '198\u00a0ms')
  assert.equal(milliseconds(12_340), '12.3\u00a0s')
  assert.equal(count(1_204_332), '1,204,332')
})

test('a change has the digits of other numbers, its sign, and thousands apart', () => {
  assert.deepEqual([101.42, 0.0732, -0.436, 0.0004, -1e-9, null].map(change), [
    '+10,142\u00a0%',
    '+7.32\u00a0%',
    '\u221243.6\u00a0%',
    '0\u00a0%',
    '0\u00a0%',
    '\u2013',
  ])
})

test('a share below the whole is never rounded up to it', () => {
  assert.equal(percent(0.9999), '99.9\u00a0%')
  assert.equal(percent(1), '100\u00a0%')
})

test('a missing number is a dash, whichever way it is missing', () => {
  for (const missing of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
    for (const show of [digits, milliseconds, count]) assert.equal(show(missing), '\u2013')
})

test('what is shown is close to of what was measured', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 1e9, noNaN: true }), (value) => {
      const shown = Number(digits(value).replaceAll(',', ''))
      assert.ok(Math.abs(shown - value) <= value * 0.051, `${value} is shown as ${shown}`)
      assert.ok(Math.abs(compact(value)! - value) <= value * 0.0005)
    }),
  )
})

test('scores that differ do not look alike', () => {
  const show = apart([0.82214, 0.82209, 0.81])
  assert.deepEqual([0.82214, 0.82209, 0.81].map(show), ['0.82214', '0.82209', '0.81000'])
  assert.equal(apart([0.65, 0.63])(0.65), '0.65')
  assert.equal(apart([2865, 2865])(2865), '2,865')
})
