/** Two samples of trials ranked against each other, metric by metric: which is better, or that nothing shows it. */

import type { Result } from '../result.ts'
import type { Comparison, ComparisonRow } from './compare-results.ts'
import { type Durations, METRICS, type Metric, relative, samplesOf } from './compared-metrics.ts'
import { holm, mannWhitney, signedRank, smallestOfPairs, smallestOfSamples } from './rank-tests.ts'
import { oneEach } from './statistics.ts'

const SIGNIFICANT_BELOW = 0.05

/** One row on its way: what was measured, and what a test said of it. */
interface Tested {
  readonly metric: Metric
  readonly row: Pick<ComparisonRow, 'metric' | 'unit' | 'a' | 'b' | 'change'>
  readonly p: number
  readonly smallestP: number
  /** Above 0: b is higher. */
  readonly direction: number
}

/** What the baseline is held against. */
interface Other {
  readonly b: Result
  /** Why nothing of it may be ranked; empty: it may. */
  readonly differences: readonly string[]
}

/** Every metric tested against every other, and all tests corrected for their number: they stand in one table. */
export function ranked(a: Result, others: readonly Other[]): Pick<Comparison, 'tests' | 'rows'>[] {
  const each = others.map(({ b, differences }) => {
    const isPaired = sharesSeeds(a, b)
    const all = METRICS.map((metric) => tested(metric, a, b, isPaired))
    const measured = differences.length > 0 ? [] : all.filter(({ row }) => row.a.n > 0 && row.b.n > 0)
    return { b, differences, isPaired, all, measured }
  })
  const measured = each.flatMap((one) => one.measured)
  const possible = measured.filter(({ smallestP }) => smallestP < SIGNIFICANT_BELOW)
  // The smallest p of a table counts times the number of its tests: if no data could pass that, nothing is tested.
  const least = Math.min(...possible.map(({ smallestP }) => smallestP)) * possible.length
  const tests = least < SIGNIFICANT_BELOW ? possible : []
  const adjusted = holm(tests.map(({ p }) => p))
  return each.map(({ b, differences, isPaired, all }) => {
    const rows = all.map((one): ComparisonRow => {
      const { row } = one
      const index = tests.indexOf(one)
      const unranked = { ...row, p: null, adjustedP: null, significant: false }
      if (differences.length > 0) return { ...unranked, note: `not ranked: ${differences[0]}` }
      if (row.a.n === 0 || row.b.n === 0)
        return { ...unranked, note: row.a.n === row.b.n ? 'not measured' : 'measured in one of the two only' }
      if (index < 0) return { ...unranked, note: tooFew(row.a.n, row.b.n, isPaired, measured.length) }
      const adjustedP = adjusted[index]!
      const significant = adjustedP < SIGNIFICANT_BELOW
      return { ...row, p: one.p, adjustedP, significant, note: significant ? judgement(one) : '~' }
    })
    const pairs = isPaired ? Math.min(a.trials.length, b.trials.length) : null
    const isTested = all.some((one) => tests.includes(one))
    return { tests: isTested ? { kind: isPaired ? 'pairs' : 'samples', count: tests.length, pairs } : null, rows }
  })
}

/** Whether each trial of the smaller result has one with the same seed in the other. */
function sharesSeeds(a: Result, b: Result): boolean {
  const [few, many] = a.trials.length <= b.trials.length ? [a, b] : [b, a]
  const seeds = new Set(many.trials.map(({ seed }) => seed))
  return few.trials.every(({ seed }) => seeds.has(seed))
}

function tested(metric: Metric, a: Result, b: Result, isPaired: boolean): Tested {
  const samples = samplesOf(metric, a, b)
  const row = {
    metric: metric.name,
    unit: metric.unit,
    ...samples,
    change: relative(samples.a.median, samples.b.median),
  }
  if (isPaired) return { metric, row, ...signedRank(pairsOf(metric, a, b)) }
  const [left, right] = [oneEach(a.trials.map(metric.of)), oneEach(b.trials.map(metric.of))]
  return { metric, row, ...mannWhitney(left, right), direction: directionOf(left, right) }
}

/** One value for each trial, as the failovers of one trial are not independent; by seed where both measured any. */
function pairsOf(metric: Metric, a: Result, b: Result): [number | null, number | null][] {
  const bySeed = new Map(b.trials.map((trial) => [trial.seed, trial]))
  return a.trials.flatMap((trial): [number | null, number | null][] => {
    const twin = bySeed.get(trial.seed)
    const [left] = oneEach([metric.of(trial)])
    const [right] = twin === undefined ? [] : oneEach([metric.of(twin)])
    return left === undefined || right === undefined ? [] : [[left, right]]
  })
}

/** Which side lies higher is read from the ranks, as the test does: the medians may be equal, or not exist. */
function directionOf(a: Durations, b: Durations): number {
  let higher = 0
  for (const left of a) for (const right of b) higher += Math.sign(compareDurations(right, left))
  return higher
}

function judgement({ metric, direction }: Tested): string {
  return direction > 0 === (metric.better === 'higher') ? 'b is better' : 'b is worse'
}

function tooFew(a: number, b: number, isPaired: boolean, tests: number): string {
  const smallest = isPaired ? smallestOfPairs : smallestOfSamples
  let enough = 2
  while (smallest(enough, enough) * tests >= SIGNIFICANT_BELOW) enough++
  const pairs = Math.min(a, b)
  const few = isPaired ? `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}` : `${a} and ${b} trials`
  return `no difference shown: ${few} cannot show one (${enough}${isPaired ? '' : ' each'} could)`
}

function compareDurations(left: number | null, right: number | null): number {
  if (left === right) return 0
  return (left ?? Number.POSITIVE_INFINITY) - (right ?? Number.POSITIVE_INFINITY)
}
