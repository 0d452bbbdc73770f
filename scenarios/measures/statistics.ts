/**
 * Small-sample statistics over trials. The unit is the trial (one run with one seed), never the request: the requests
 * of one run share its one failover and are not independent.
 *
 * A duration that never ended (a failover that acknowledged nothing any more) is null in the data and counts as
 * infinitely long here, never as absent: leaving it out would make the worst run look like the best. A quantile that
 * falls on such a trial is null again.
 */
import type { MedianInterval, Spread } from '../result-durations.ts'

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

/**
 * The one value that stands for a trial which measured several (two failovers): the longest, null where one never
 * ended. A mean of two would be a duration that never happened. Undefined: the trial measured nothing.
 */
export function longestOf(values: readonly (number | null)[]): number | null | undefined {
  if (values.length === 0) return undefined
  return finiteOrNull(ascending(values).at(-1)!)
}

/** `longestOf` of each trial that measured something. */
export function oneEach(perTrial: readonly (readonly (number | null)[])[]): (number | null)[] {
  return perTrial.map(longestOf).filter((value) => value !== undefined)
}

/**
 * `perTrial[i]` holds the durations of trial i: usually one, none where nothing was to be measured. Each trial counts
 * with its longest; `min` alone is the shortest of all.
 */
export function spreadOf(perTrial: readonly (readonly (number | null)[])[]): Spread {
  const each = oneEach(perTrial)
  const sorted = ascending(each)
  const at = (p: number) => finiteOrNull(quantileOfSorted(sorted, p))
  const interval = medianInterval(each)
  return {
    trials: perTrial.length,
    min: finiteOrNull(quantileOfSorted(ascending(perTrial.flat()), 0)),
    p50: at(0.5),
    p95: at(0.95),
    max: at(1),
    ci95: ci95Of(interval),
    interval,
  }
}

const LEVEL = 0.95

/**
 * Where the true median lies, by order statistics: of n independent values the k-th smallest and the k-th largest
 * enclose it unless fewer than k lie on one of its sides, and how many do is a binomial number of n tosses of a fair
 * coin. So the level is known exactly and nothing is assumed about the distribution (where values tie it is at least
 * that). Taken is the narrowest such pair of at least 95 %. Fewer than six values have none: all that can be given is
 * their range, whose level is 75 % for three and 87.5 % for four. (A bootstrap would call the range of three 95 %:
 * it redraws the same three values and cannot know what lies outside of them.)
 *
 * `values`: one for each trial. Null: fewer than two, or the lower end never ended.
 */
export function medianInterval(values: readonly (number | null)[]): MedianInterval | null {
  const n = values.length
  if (n < 2) return null
  const sorted = ascending(values)
  let rank = 1
  let outside = 2 ** -n
  let level = 1 - 2 * outside
  let ways = outside
  for (let below = 1; below < n / 2; below++) {
    ways = (ways * (n - below + 1)) / below
    outside += ways
    if (1 - 2 * outside < LEVEL) break
    rank = below + 1
    level = 1 - 2 * outside
  }
  const low = finiteOrNull(sorted[rank - 1]!)
  if (low === null) return null
  return { kind: level < LEVEL ? 'range' : 'interval', low, high: finiteOrNull(sorted[n - rank]!), level, trials: n }
}

/** For readers of `ci95`: null where there is no interval of 95 %, or one of its ends never ended. */
export function ci95Of(interval: MedianInterval | null): readonly [number, number] | null {
  if (interval === null || interval.kind === 'range' || interval.high === null) return null
  return [interval.low, interval.high]
}

function ascending(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.POSITIVE_INFINITY).sort()
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
