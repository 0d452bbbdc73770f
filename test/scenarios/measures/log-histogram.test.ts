import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LogHistogram } from '../../../scenarios/measures/log-histogram.ts'
import { test } from '../../support/test.ts'

const value = fc.oneof(
  fc.double({ min: 0.001, max: 1e12, noNaN: true }),
  fc.integer({ min: 1, max: 60_000_000 }),
  fc.double({ min: 0.9, max: 4, noNaN: true }),
)
const quantile = fc.oneof(fc.constantFrom(0, 0.5, 0.9, 0.99, 0.999, 1), fc.double({ min: 0, max: 1, noNaN: true }))

function histogramOf(values: readonly number[]): LogHistogram {
  const histogram = new LogHistogram()
  for (const recorded of values) histogram.record(recorded)
  return histogram
}

test('every quantile is within 0.8 % of the value of that rank; count, extremes and mean are exact', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), quantile, (values, q) => {
      const histogram = histogramOf(values)
      const sorted = values.toSorted((a, b) => a - b)
      const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
      assert.ok(Math.abs(histogram.quantile(q) / exact - 1) < 0.008, `${histogram.quantile(q)} for ${exact}`)
      assert.equal(histogram.count, values.length)
      assert.equal(histogram.min, sorted[0])
      assert.equal(histogram.max, sorted.at(-1))
      assert.ok(Math.abs(histogram.mean / (values.reduce((sum, v) => sum + v, 0) / values.length) - 1) < 1e-12)
    }),
  )
})

test('merging two histograms is recording both sets of values into one', () => {
  const values = fc.array(value, { maxLength: 50 })
  fc.assert(
    fc.property(values, values, fc.array(quantile), (left, right, quantiles) => {
      const merged = histogramOf(left)
      const other = histogramOf(right)
      merged.merge(other)
      const together = histogramOf([...left, ...right])
      assert.equal(merged.count, together.count)
      assert.equal(merged.max, together.max)
      assert.equal(merged.min, together.min)
      assert.deepEqual(merged.cumulative(), together.cumulative())
      for (const q of quantiles) assert.equal(merged.quantile(q), together.quantile(q))
      assert.equal(other.count, right.length)
    }),
  )
})

test('the cumulative points rise to 1 at the maximum, and no point is exceeded by more than it says', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 100 }), (recorded) => {
      const { values, fractions } = histogramOf(recorded).cumulative()
      assert.equal(values.at(-1), Math.max(...recorded))
      assert.equal(fractions.at(-1), 1)
      values.forEach((limit, index) => {
        assert.equal(recorded.filter((v) => v <= limit).length / recorded.length >= fractions[index]!, true)
        if (index > 0) assert.ok(limit > values[index - 1]! && fractions[index]! > fractions[index - 1]!)
      })
    }),
  )
})

test('zero and tiny values are kept, below everything else', () => {
  const histogram = histogramOf([0, 0, 1e-9, 5])
  assert.equal(histogram.quantile(0), 0)
  assert.ok(histogram.quantile(0.5) < 0.001)
  assert.equal(histogram.quantile(1), 5)
})

test('an empty histogram has no quantiles and no points, and counts 0', () => {
  const empty = new LogHistogram()
  assert.equal(empty.count, 0)
  for (const nothing of [empty.quantile(0.5), empty.min, empty.max, empty.mean]) assert.ok(Number.isNaN(nothing))
  assert.deepEqual(empty.cumulative(), { values: [], fractions: [] })
})

test('what is no duration is refused', () => {
  for (const wrong of [-1, Number.NaN, Infinity]) assert.throws(() => new LogHistogram().record(wrong), /found/)
  assert.throws(() => new LogHistogram().quantile(1.01), /between 0 and 1/)
})
