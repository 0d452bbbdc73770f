/**
 * Tests of two samples of trials by ranks, so that a duration that never ended (null) is simply the longest.
 *
 * Trials that share their seeds were offered the same operations at the same moments and met the same draws: what the
 * seed did to both cancels out in the difference of a pair, so pairs are compared by `signedRank`. Two samples without
 * a seed in common are compared by `mannWhitney`, which takes them as independent.
 */
import { errorFunction, wilcoxonRankSum } from 'simple-statistics'

/** Up to this many values in all, the exact distribution is counted out; it takes ties as they are. */
const EXACT_UP_TO = 60

interface RankTest {
  /** Two-sided: how likely ranks at least this uneven are when the labels a and b mean nothing. */
  readonly p: number
  /** The smallest p that samples of these sizes could give at best. Above 0.05, no data whatever can show a difference. */
  readonly smallestP: number
}

/** Mann-Whitney (Wilcoxon rank sum), two-sided, over two independent samples; null durations rank as infinitely long. */
export function mannWhitney(a: readonly (number | null)[], b: readonly (number | null)[]): RankTest {
  if (a.length === 0 || b.length === 0) return { p: 1, smallestP: 1 }
  const left = a.map(rankable)
  const right = b.map(rankable)
  const rankSum = wilcoxonRankSum(left, right)
  const ranks = doubledRanks([...left, ...right])
  const p = ranks.length <= EXACT_UP_TO ? exactP(ranks, a.length, 2 * rankSum) : normalP(ranks, a.length, rankSum)
  return { p, smallestP: smallestOfSamples(a.length, b.length) }
}

/** `smallestP` of so many values against so many. */
export function smallestOfSamples(a: number, b: number): number {
  return Math.min(1, 2 / choose(a + b, a))
}

/** `smallestP` of so many pairs. */
export function smallestOfPairs(pairs: number): number {
  return Math.min(1, 2 ** (1 - pairs))
}

interface SignedRank extends RankTest {
  /** Above 0: b ranks higher, by its signed ranks. */
  readonly direction: number
}

/** Up to this many pairs the exact distribution is counted out. */
const PAIRS_EXACT_UP_TO = 100

/**
 * Wilcoxon's signed rank test of pairs `[a, b]`, two-sided. Equal pairs say nothing and are left out; ties among the
 * rest share their ranks, and the distribution is counted over just these ranks, so that p is exact with ties, too.
 */
export function signedRank(pairs: readonly (readonly [number | null, number | null])[]): SignedRank {
  const differences = pairs
    .map(([a, b]) => (a === b ? 0 : rankable(b) - rankable(a)))
    .filter((difference) => difference !== 0)
  const ranks = doubledRanks(differences.map(Math.abs))
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const upward = ranks.reduce((sum, rank, index) => sum + (differences[index]! > 0 ? rank : 0), 0)
  const smallestP = smallestOfPairs(pairs.length)
  const direction = 2 * upward - total
  if (differences.length === 0) return { p: 1, smallestP, direction }
  const p = differences.length <= PAIRS_EXACT_UP_TO ? exactSignedP(ranks, upward) : normalSignedP(ranks, upward)
  return { p, smallestP, direction }
}

/** Of all ways to give the ranks a sign, the share whose sum of upward ranks is at least as far from the middle. */
function exactSignedP(ranks: readonly number[], upward: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const share = new Float64Array(total + 1)
  share[0] = 1
  let reached = 0
  for (const rank of ranks) {
    reached += rank
    for (let sum = reached; sum >= 0; sum--) share[sum] = (share[sum]! + (sum >= rank ? share[sum - rank]! : 0)) / 2
  }
  const distance = Math.abs(upward - total / 2)
  let extreme = 0
  share.forEach((part, sum) => {
    if (Math.abs(sum - total / 2) >= distance) extreme += part
  })
  return Math.min(1, extreme)
}

/** Normal approximation with the correction for continuity; ranks that tie bring their own variance. Ranks are doubled. */
function normalSignedP(ranks: readonly number[], upward: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4
  const distance = Math.max(0, Math.abs(upward - total / 2) - 1)
  return Math.max(0, Math.min(1, 1 - errorFunction(distance / Math.sqrt(2 * variance))))
}

/**
 * Holm's correction for several tests in one table: the smallest p counts times their number, the next one times one
 * less, and so on, none below the one before. Whoever calls p < 0.05 a difference then errs in at most 5 % of tables
 * in which there is none at all, not in 5 % of rows.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => ps[a]! - ps[b]! || a - b)
  const adjusted = new Array<number>(ps.length)
  let least = 0
  order.forEach((index, place) => {
    least = Math.max(least, Math.min(1, ps[index]! * (ps.length - place)))
    adjusted[index] = least
  })
  return adjusted
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
