import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mannWhitney, median, medianInterval, quantileOfSorted, spreadOf } from '../../scenarios/statistics.ts'
import { test } from '../support/test.ts'

test('a quantile is the smallest value that enough of the sample do not exceed, the mean of two on a boundary', () => {
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  assert.equal(quantileOfSorted(ten, 0.5), 5.5)
  assert.equal(quantileOfSorted(ten, 0.51), 6)
  assert.equal(quantileOfSorted(ten, 0), 1)
  assert.equal(quantileOfSorted(ten, 1), 10)
  assert.equal(quantileOfSorted([1, 2, 3, 4, 5], 0.5), 3)
  assert.equal(
    quantileOfSorted(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.07,
    ),
    7.5,
  )
  assert.ok(Number.isNaN(quantileOfSorted([], 0.5)))
})

test('a duration that never ended is the longest of all, and a quantile that falls on it is null', () => {
  assert.equal(median([null, 10, 20]), 20)
  assert.equal(median([null, null, 10]), null)
  assert.equal(median([10, null]), null)
  assert.equal(median([]), null)
  const spread = spreadOf([[100], [300], [null]])
  assert.deepEqual({ ...spread, ci95: null }, { trials: 3, min: 100, p50: 300, p95: null, max: null, ci95: null })
})

test('trials with nothing to measure are counted as trials and add no value', () => {
  assert.deepEqual(spreadOf([[], []]), { trials: 2, min: null, p50: null, p95: null, max: null, ci95: null })
  assert.deepEqual(spreadOf([[5], []]), { trials: 2, min: 5, p50: 5, p95: 5, max: 5, ci95: null })
})

test('the bootstrap interval is the same every time, holds the median, and needs three trials', () => {
  const trials = [210, 224, 198, 260, 231, 205, 219].map((ms) => [ms])
  const interval = medianInterval(trials)
  assert.deepEqual(interval, medianInterval(trials))
  assert.ok(interval !== null && interval[0] <= 219 && 219 <= interval[1])
  assert.ok(interval[0] >= 198 && interval[1] <= 260 && interval[0] < interval[1])
  assert.equal(medianInterval([[1], [2]]), null)
  assert.equal(medianInterval([[1], [2], []]), null)
  assert.equal(medianInterval([[null], [null], [3]]), null)
})

test('about 95 of 100 bootstrap intervals of 15 trials hold the true median', () => {
  const next = linearCongruential(7)
  let held = 0
  for (let i = 0; i < 100; i++) {
    const interval = medianInterval(Array.from({ length: 15 }, () => [next() * 100]))!
    if (interval[0] <= 50 && 50 <= interval[1]) held++
  }
  assert.ok(held >= 88, `${held} of 100`)
})

/** Every way to choose which of the pooled values are called "a": the definition, spelt out. */
function exactByEnumeration(a: readonly number[], b: readonly number[]): number {
  const pooled = [...a, ...b]
  const u = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, x) => sum + right.reduce((inner, y) => inner + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0)
  const middle = (a.length * b.length) / 2
  const seen = Math.abs(u(a, b) - middle)
  let extreme = 0
  let all = 0
  for (let mask = 0; mask < 1 << pooled.length; mask++) {
    const left = pooled.filter((_, i) => (mask >> i) & 1)
    if (left.length !== a.length) continue
    all++
    if (
      Math.abs(
        u(
          left,
          pooled.filter((_, i) => !((mask >> i) & 1)),
        ) - middle,
      ) >=
      seen - 1e-9
    )
      extreme++
  }
  return extreme / all
}

test('law: Mann-Whitney agrees with counting out all labellings, ties included', () => {
  const sample = fc.array(fc.oneof(fc.nat(4), fc.nat(1000)), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const { p } = mannWhitney(a, b)
      const expected = exactByEnumeration(a, b)
      assert.ok(Math.abs(p - expected) < 1e-12, `${p} against ${expected}`)
      assert.equal(mannWhitney(b, a).p, p)
    }),
    { numRuns: 150 },
  )
})

test('known values: 5 against 5 wholly apart is 2 in 252; 3 against 3 can never be below 0.1', () => {
  assert.ok(Math.abs(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).p - 2 / 252) < 1e-12)
  assert.equal(mannWhitney([1, 2, 3], [4, 5, 6]).p, 0.1)
  assert.equal(mannWhitney([1, 2, 3], [4, 5, 6]).smallestP, 0.1)
  assert.deepEqual(mannWhitney([], [1]), { p: 1, smallestP: 1 })
  assert.equal(mannWhitney([7, 7, 7, 7], [7, 7, 7, 7]).p, 1)
})

test('durations that never ended rank last and tie with one another', () => {
  assert.equal(mannWhitney([1, 2, 3, 4], [null, null, null, null]).p, mannWhitney([1, 2, 3, 4], [9, 9, 9, 9]).p)
  assert.equal(mannWhitney([null, null], [null, null]).p, 1)
})

test('the normal approximation of large samples joins the exact distribution where one takes over', () => {
  const next = linearCongruential(3)
  for (const shift of [0, 0.1, 0.25]) {
    const a = Array.from({ length: 30 }, () => Math.floor(next() * 20))
    const b = Array.from({ length: 30 }, () => Math.floor((next() + shift) * 20))
    const exact = mannWhitney(a, b).p
    // One more pair of values in the middle of the other sample changes little and crosses the limit.
    const approximate = mannWhitney([...a, 10], b).p
    assert.ok(Math.abs(exact - approximate) < 0.05, `${exact} and ${approximate}`)
  }
})

test('under no difference at all, p below 0.05 comes up about once in twenty', () => {
  const next = linearCongruential(11)
  for (const n of [8, 40]) {
    let significant = 0
    for (let i = 0; i < 400; i++) {
      const draw = () => Array.from({ length: n }, next)
      if (mannWhitney(draw(), draw()).p < 0.05) significant++
    }
    assert.ok(significant >= 5 && significant <= 36, `${significant} of 400 for ${n} trials`)
  }
})

function linearCongruential(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
