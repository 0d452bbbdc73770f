import assert from 'node:assert/strict'
import fc from 'fast-check'
import { quantileOfSorted } from '../../../scenarios/measures/statistics.ts'
import { Samples } from '../../../scenarios/measures/summary-samples.ts'
import { test } from '../../support/test.ts'

const duration = fc.oneof(fc.nat(50), fc.nat(70_000), fc.nat(10_000_000))
const fractions = [0, 0.01, 0.5, 0.5, 0.9, 0.99, 0.999, 1]

function samplesOf(values: readonly number[]): Samples {
  const samples = new Samples()
  for (const value of values) samples.add(value)
  return samples
}

test('law: counted quantiles are exactly those of the sorted values, count, mean and maximum too', () => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), (values) => {
      const samples = samplesOf(values)
      const sorted = Float64Array.from(values).sort()
      assert.deepEqual(
        samples.quantiles(fractions),
        fractions.map((p) => quantileOfSorted(sorted, p)),
      )
      assert.equal(samples.count, values.length)
      assert.equal(samples.maxUs, sorted.at(-1))
      assert.equal(samples.meanUs, values.reduce((sum, value) => sum + value, 0) / values.length)
    }),
    { numRuns: 60 },
  )
})

test('law: adding one collection to another is as if all had been added to one', () => {
  fc.assert(
    fc.property(fc.array(duration, { maxLength: 50 }), fc.array(duration, { maxLength: 50 }), (left, right) => {
      const merged = samplesOf(left)
      merged.quantiles([0.5])
      merged.addAll(samplesOf(right))
      const whole = samplesOf([...left, ...right])
      assert.deepEqual(merged.quantiles(fractions), whole.quantiles(fractions))
      assert.deepEqual([merged.count, merged.maxUs, merged.meanUs], [whole.count, whole.maxUs, whole.meanUs])
    }),
    { numRuns: 40 },
  )
})

test('nothing collected has quantiles, mean and maximum of zero; a negative duration counts as zero', () => {
  const samples = new Samples()
  assert.deepEqual(samples.quantiles([0.5, 1]), [0, 0])
  assert.deepEqual([samples.count, samples.meanUs, samples.maxUs], [0, 0, 0])
  samples.add(-5)
  assert.deepEqual(samples.quantiles([0.5, 1]), [0, 0])
  assert.equal(samples.count, 1)
})
