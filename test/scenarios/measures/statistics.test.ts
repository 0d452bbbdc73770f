import assert from 'node:assert/strict'
import { median, medianInterval, oneEach, quantileOfSorted, spreadOf } from '../../../scenarios/measures/statistics.ts'
import { test } from '../../support/test.ts'

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
  const { interval: _, ...rest } = spread
  assert.deepEqual(rest, { trials: 3, min: 100, p50: 300, p95: null, max: null, ci95: null })
})

test('trials with nothing to measure are counted as trials and add no value', () => {
  const none = { ci95: null, interval: null }
  assert.deepEqual(spreadOf([[], []]), { trials: 2, min: null, p50: null, p95: null, max: null, ...none })
  assert.deepEqual(spreadOf([[5], []]), { trials: 2, min: 5, p50: 5, p95: 5, max: 5, ...none })
})

/** The share of all equally likely ways to lie below or above the true median, 0, whose interval holds it. */
function coverageByEnumeration(n: number): number {
  let held = 0
  for (let mask = 0; mask < 1 << n; mask++) {
    const interval = medianInterval(Array.from({ length: n }, (_, i) => ((mask >> i) & 1 ? i + 1 : -i - 1)))!
    if (interval.low <= 0 && 0 <= interval.high!) held++
  }
  return held / 2 ** n
}

test('an interval holds the true median as often as its level says, counted out: the range of three in 75 %', () => {
  for (let n = 2; n <= 14; n++) {
    const interval = medianInterval(Array.from({ length: n }, (_, i) => i))!
    assert.equal(coverageByEnumeration(n), interval.level, `${n} trials`)
    assert.equal(interval.kind, n < 6 ? 'range' : 'interval')
    assert.ok(n < 6 || interval.level >= 0.95)
  }
  assert.equal(medianInterval([1, 2, 3])!.level, 0.75)
  assert.equal(medianInterval([1, 2, 3, 4])!.level, 0.875)
})

test('an interval is the narrowest of at least 95 %: one rank further in would be less', () => {
  const ranks = [6, 8, 9, 15, 20, 30].map((n) => {
    const { low, high } = medianInterval(Array.from({ length: n }, (_, i) => i + 1))!
    return [n, low, high]
  })
  // As tables of the binomial distribution give them.
  assert.deepEqual(ranks, [
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [15, 4, 12],
    [20, 6, 15],
    [30, 10, 21],
  ])
})

test('of a thousand samples from a skewed distribution the intervals hold its median as often as they say', () => {
  const next = linearCongruential(7)
  for (const n of [3, 4, 7, 15]) {
    let held = 0
    let level = 0
    for (let i = 0; i < 1000; i++) {
      const interval = medianInterval(Array.from({ length: n }, () => -Math.log(next())))!
      level = interval.level
      if (interval.low <= Math.LN2 && Math.LN2 <= interval.high!) held++
    }
    // Three standard deviations of a share of a thousand.
    assert.ok(Math.abs(held / 1000 - level) < 3 * Math.sqrt((level * (1 - level)) / 1000), `${held} for ${n}`)
  }
})

test('below six trials there is a range and no ci95; an interval that reaches what never ended has no upper end', () => {
  assert.equal(medianInterval([5]), null)
  assert.equal(medianInterval([null, null, null]), null)
  const few = spreadOf([[3], [1], [2]])
  assert.deepEqual(few.interval, { kind: 'range', low: 1, high: 3, level: 0.75, trials: 3 })
  assert.equal(few.ci95, null)
  const six = [1, 2, 3, 4, 5, 6].map((ms) => [ms])
  assert.deepEqual(spreadOf(six).ci95, [1, 6])
  const open = spreadOf([...six.slice(1), [null]])
  assert.deepEqual(
    [open.interval?.kind, open.interval?.low, open.interval?.high, open.ci95],
    ['interval', 2, null, null],
  )
})

test('a trial counts once, with its longest: no mean of two failovers that never happened', () => {
  const spread = spreadOf([[10, 1000]])
  assert.deepEqual([spread.min, spread.p50, spread.max], [10, 1000, 1000])
  assert.deepEqual(oneEach([[10, 1000], [], [7, null], [5]]), [1000, null, 5])
})

function linearCongruential(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
