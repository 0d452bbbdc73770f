import assert from 'node:assert/strict'
import fc from 'fast-check'
import { formatDuration, parseDuration } from '../../../scenarios/file/amounts.ts'
import { test } from '../../support/test.ts'

const UNITS: readonly (readonly [string, number])[] = [
  ['us', 1],
  ['ms', 1e3],
  ['s', 1e6],
  ['m', 60e6],
  ['h', 3600e6],
]

test('a duration is read in its unit', () => {
  assert.equal(parseDuration('150us'), 150)
  assert.equal(parseDuration('200ms'), 200_000)
  assert.equal(parseDuration('0.2ms'), 200)
  assert.equal(parseDuration('3s'), 3_000_000)
  assert.equal(parseDuration('5m'), 300_000_000)
  assert.equal(parseDuration('1.5h'), 5_400_000_000)
  assert.equal(parseDuration('0s'), 0)
})

test('a whole number of any unit is that many times the unit', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(...UNITS), (amount, [unit, us]) => {
      assert.equal(parseDuration(`${amount}${unit}`), amount * us)
    }),
  )
})

test('a fraction is exact where floating point is not', () => {
  // 1.005 * 1e6 is 1004999.9999999999.
  assert.equal(parseDuration('1.005s'), 1_005_000)
  fc.assert(
    fc.property(fc.nat(99_999), fc.nat(999_999), (seconds, micros) => {
      assert.equal(parseDuration(`${seconds}.${String(micros).padStart(6, '0')}s`), seconds * 1e6 + micros)
    }),
  )
})

test('what is finer than a microsecond is no duration', () => {
  assert.equal(parseDuration('0.5us'), null)
  assert.equal(parseDuration('0.0001ms'), null)
  assert.equal(parseDuration('1.0000005s'), null)
  assert.equal(parseDuration('1.0us'), 1)
})

test('nothing but digits, a point and a unit is a duration', () => {
  for (const text of [
    '',
    '5',
    's',
    '-5s',
    '+5s',
    '5 s',
    ' 5s',
    '5s ',
    '.5s',
    '5.s',
    '5S',
    '5sec',
    '1e3s',
    '5s5ms',
    '٥s',
    'NaNs',
  ])
    assert.equal(parseDuration(text), null, JSON.stringify(text))
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (!/^\d+(\.\d+)?(us|ms|s|m|h)$/.test(text)) assert.equal(parseDuration(text), null)
    }),
  )
})

test('what is printed is read back as the same duration', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000_000), (us) => {
      assert.equal(parseDuration(formatDuration(us)), us)
    }),
  )
  assert.equal(formatDuration(1_500_000), '1.5s')
  assert.equal(formatDuration(60_000_000), '1m')
  assert.equal(formatDuration(90_000_000), '90s')
  assert.equal(formatDuration(0), '0s')
})
