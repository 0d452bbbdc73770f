/**
 * Small-sample statistics over trials. The unit is the trial (one run with one seed), never the request: the requests
 * of one run share its one failover and are not independent.
 *
 * A duration that never ended (a failover that acknowledged nothing any more) is null in the data and counts as
 * infinitely long here, never as absent: leaving it out would make the worst run look like the best. A quantile that
 * falls on such a trial is null again.
 */
import { errorFunction, wilcoxonRankSum } from 'simple-statistics'
import { type RandomStream, RandomStreams } from './random.ts'
import type { Spread } from './result.ts'

/**
 * The p-quantile of ascending values: the smallest value that at least p of the sample do not exceed, and the mean of
 * two neighbours where p falls exactly between them (so that the median of an even number is the usual one). NaN when
 * there are none.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  const n = sorted.length
  if (n === 0) return Number.NaN
  const rank = p * n
  const whole = Math.round(rank)
  // 0.07 * 100 is 7.000000000000001: a rank that close to a whole number is meant to be it.
  if (Math.abs(rank - whole) > 1e-9) return sorted[Math.min(Math.ceil(rank), n) - 1]!
  if (whole <= 0) return sorted[0]!
  if (whole >= n) return sorted[n - 1]!
  return (sorted[whole - 1]! + sorted[whole]!) / 2
}

export function median(values: readonly (number | null)[]): number | null {
  return finiteOrNull(quantileOfSorted(ascending(values), 0.5))
}

/** `perTrial[i]` holds the durations of trial i: usually one, none where nothing was to be measured. */
export function spreadOf(perTrial: readonly (readonly (number | null)[])[]): Spread {
  const sorted = ascending(perTrial.flat())
  const at = (p: number) => finiteOrNull(quantileOfSorted(sorted, p))
  return {
    trials: perTrial.length,
    min: at(0),
    p50: at(0.5),
    p95: at(0.95),
    max: at(1),
    ci95: medianInterval(perTrial),
  }
}

const RESAMPLES = 2000

/**
 * 95 % bootstrap interval (percentile method) of the median, drawing whole trials with replacement. Deterministic: the
 * draws come from a stream of their own, so the same data give the same interval. Null for fewer than three trials
 * with data, and where an end of the interval falls on a duration that never ended.
 */
export function medianInterval(perTrial: readonly (readonly (number | null)[])[]): readonly [number, number] | null {
  const trials = perTrial.filter((values) => values.length > 0)
  if (trials.length < 3) return null
  const stream = new RandomStreams(0).stream('bootstrap')
  const medians = new Float64Array(RESAMPLES)
  for (let i = 0; i < RESAMPLES; i++) medians[i] = quantileOfSorted(ascending(redraw(trials, stream)), 0.5)
  medians.sort()
  const low = quantileOfSorted(medians, 0.025)
  const high = quantileOfSorted(medians, 0.975)
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null
}

function redraw(trials: readonly (readonly (number | null)[])[], stream: RandomStream): (number | null)[] {
  const drawn: (number | null)[] = []
  for (let i = 0; i < trials.length; i++) drawn.push(...trials[Math.floor(stream.uniform() * trials.length)]!)
  return drawn
}

function ascending(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.POSITIVE_INFINITY).sort()
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Up to this many values in all, the exact distribution is counted out; it takes ties as they are. */
const EXACT_UP_TO = 60

export interface RankSum {
  /** Two-sided: how likely a rank sum at least this far from its mean is when the labels a and b mean nothing. */
  readonly p: number
  /** The smallest p that samples of these sizes could give at best. Above 0.05, no data whatever can show a difference. */
  readonly smallestP: number
}

/** Mann-Whitney (Wilcoxon rank sum), two-sided, over two independent samples; null durations rank as infinitely long. */
export function mannWhitney(a: readonly (number | null)[], b: readonly (number | null)[]): RankSum {
  if (a.length === 0 || b.length === 0) return { p: 1, smallestP: 1 }
  const left = a.map(rankable)
  const right = b.map(rankable)
  const rankSum = wilcoxonRankSum(left, right)
  const ranks = doubledRanks([...left, ...right])
  const p = ranks.length <= EXACT_UP_TO ? exactP(ranks, a.length, 2 * rankSum) : normalP(ranks, a.length, rankSum)
  return { p, smallestP: Math.min(1, 2 / choose(ranks.length, a.length)) }
}

/** Infinity minus Infinity is no number, and a comparator that says so sorts nothing. */
function rankable(value: number | null): number {
  return value === null || value === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : value
}

/** Twice the mid-rank of each value: tied values share the mean of their ranks, and twice a mean of two is whole. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  return values.map((value) => firstAtLeast(sorted, value) + 1 + firstAbove(sorted, value))
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  const index = sorted.findIndex((other) => other >= value)
  return index === -1 ? sorted.length : index
}

function firstAbove(sorted: Float64Array, value: number): number {
  const index = sorted.findIndex((other) => other > value)
  return index === -1 ? sorted.length : index
}

/**
 * Of all ways to call `n` of the values "a", the share whose rank sum is at least as far from the mean as the one
 * seen. Counted by sums: ways[j][s] is the number of ways to pick j values with doubled rank sum s.
 */
function exactP(ranks: readonly number[], n: number, doubledSum: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(total + 1))
  ways[0]![0] = 1
  let taken = 0
  for (const rank of ranks) {
    taken++
    for (let j = Math.min(n, taken); j >= 1; j--) {
      const from = ways[j - 1]!
      const to = ways[j]!
      for (let sum = rank; sum <= total; sum++) to[sum] = to[sum]! + from[sum - rank]!
    }
  }
  const mean = (total * n) / ranks.length
  const distance = Math.abs(doubledSum - mean) - 1e-9
  let extreme = 0
  let all = 0
  ways[n]!.forEach((number, sum) => {
    all += number
    if (Math.abs(sum - mean) >= distance) extreme += number
  })
  return Math.min(1, extreme / all)
}

/** Normal approximation with the correction for ties and for continuity. */
function normalP(ranks: readonly number[], n: number, rankSum: number): number {
  const total = ranks.length
  const m = total - n
  const tied = new Map<number, number>()
  for (const rank of ranks) tied.set(rank, (tied.get(rank) ?? 0) + 1)
  let ties = 0
  for (const size of tied.values()) ties += size ** 3 - size
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  if (variance <= 0) return 1
  const distance = Math.max(0, Math.abs(rankSum - (n * (total + 1)) / 2) - 0.5)
  return Math.max(0, Math.min(1, 1 - errorFunction(distance / Math.sqrt(2 * variance))))
}

function choose(n: number, k: number): number {
  const smaller = Math.min(k, n - k)
  let result = 1
  for (let i = 1; i <= smaller; i++) result = (result * (n - smaller + i)) / i
  return result
}
