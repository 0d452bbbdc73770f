/**
 * Cabinet's weight scheme (Zhang et al., PVLDB 18(5):1439-1452, arXiv 2503.08914): n nodes hold the geometric weights
 * r^(n-1), ..., r, 1, and agreement needs accumulated weight *strictly* above CT, half of their sum. With a failure
 * threshold t, r is chosen so that
 *
 *   I1  the t+1 heaviest exceed CT:      r^(n-t-1) < (r^n + 1) / 2
 *   I2  the t heaviest stay below it:    r^(n-t)   > (r^n + 1) / 2
 *
 * From I2 every set above CT has at least t+1 nodes, and any n-t nodes exceed CT; whoever reads n-t nodes therefore
 * meets every agreement. From I1 the t+1 fastest suffice once they hold the highest weights.
 *
 * r^n + 1 - 2 r^(n-m) has one root above 1 for m < n/2 (Descartes: two changes of sign, one root is 1 itself) and is
 * positive beyond it, so the feasible r are an interval, and bisection finds both of its ends. (Stepping r down from 2
 * by a fixed amount, as published code does, never ends for n = 100, t = 49.)
 */

/**
 * Both invariants are kept with this relative distance from CT. Sums of floating-point weights depend on their order
 * in the last digits (n * 2^-53, some 1e-14), and a decision must not. (Four nodes with t = 1 need about this much too:
 * the source and the lightest exceed CT by (r-1)^2 (r+1) / 2 only.)
 */
const MARGIN = 1e-7
const BISECTIONS = 64

const MAX_WEIGHTED_NODES = 200

export interface WeightScheme {
  readonly nodes: number
  /** t: every agreement has at least t+1 nodes, and up to t dead ones never stop it. */
  readonly failureThreshold: number
  readonly ratio: number
  /** By rank: the heaviest first, the lightest is 1. */
  readonly weights: readonly number[]
  /** CT: agreement needs strictly more. */
  readonly threshold: number
}

/** The largest t that n nodes allow. */
export function largestFailureThreshold(nodes: number): number {
  return Math.floor((nodes - 1) / 2)
}

/**
 * The feasible ratios: `least` and `most` are both feasible, and so is everything between them. `least` is 1 (equal
 * weights, a plain majority) where n = 2t+1.
 */
export function feasibleRatios(
  nodes: number,
  failureThreshold: number,
): { readonly least: number; readonly most: number } {
  assertFits(nodes, failureThreshold)
  const topReaches = (m: number, share: number) => (ratio: number) => topShare(nodes, m, ratio) >= share
  // Both shares grow with r: I2 holds below its end, I1 above its own.
  const most = bisect((ratio) => !topReaches(failureThreshold, 0.5 * (1 - MARGIN))(ratio)).holds
  const least = bisect((ratio) => !topReaches(failureThreshold + 1, 0.5 * (1 + MARGIN))(ratio)).fails
  return { least, most }
}

/** The weights of n nodes for threshold t, with the largest feasible ratio unless another is named. */
export function weightsOf(
  nodes: number,
  failureThreshold: number,
  ratio: number | 'largest' = 'largest',
): WeightScheme {
  const { least, most } = feasibleRatios(nodes, failureThreshold)
  const chosen = ratio === 'largest' ? most : ratio
  if (!(chosen >= least && chosen <= most))
    throw new Error(
      `assertion: ratio ${chosen} is not from ${least} to ${most} (n = ${nodes}, t = ${failureThreshold})`,
    )
  const weights = powers(nodes, chosen)
  return { nodes, failureThreshold, ratio: chosen, weights, threshold: sumOf(weights) / 2 }
}

/**
 * The next round's ranking: the leader keeps the highest weight, the repliers, in the order of their replies, take the
 * next highest, and everybody else the lowest, in the order they were in. `ranking` has all members, heaviest first,
 * the leader in front; a reply of the leader itself is not listed. A failed round is not re-ranked.
 */
export function rerank(ranking: readonly number[], repliers: readonly number[]): number[] {
  const replied = new Set(repliers)
  return [ranking[0]!, ...repliers, ...ranking.slice(1).filter((member) => !replied.has(member))]
}

/** The ranking under a new leader: it takes the highest weight, the others keep their order. */
export function rankingOf(leader: number, ranking: readonly number[]): number[] {
  return [leader, ...ranking.filter((member) => member !== leader)]
}

/** By member: `ranking` lists the members, heaviest first. */
export function weightsByMember(scheme: WeightScheme, ranking: readonly number[]): number[] {
  const weights: number[] = new Array(ranking.length)
  ranking.forEach((member, rank) => {
    weights[member] = scheme.weights[rank]!
  })
  return weights
}

/** Does this much weight agree? */
export function isAgreement(scheme: WeightScheme, weight: number): boolean {
  return weight > scheme.threshold
}

/** What share of the sum the m heaviest of n hold. */
function topShare(nodes: number, m: number, ratio: number): number {
  const weights = powers(nodes, ratio)
  return sumOf(weights.slice(0, m)) / sumOf(weights)
}

/** r^(n-1), ..., r, 1. By multiplication, because `**` has not the same last digit in every engine. */
function powers(nodes: number, ratio: number): number[] {
  const weights = new Array<number>(nodes)
  let weight = 1
  for (let i = nodes - 1; i >= 0; i--) {
    weights[i] = weight
    weight *= ratio
  }
  return weights
}

/** From the lightest to the heaviest, which loses the least. */
function sumOf(weights: readonly number[]): number {
  let sum = 0
  for (let i = weights.length - 1; i >= 0; i--) sum += weights[i]!
  return sum
}

/** Where in (1, 2) a condition that holds for small r ceases to: the last r where it holds and the first where not. */
function bisect(holds: (ratio: number) => boolean): { readonly holds: number; readonly fails: number } {
  let low = 1
  let high = 2
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return { holds: low, fails: high }
}

function assertFits(nodes: number, failureThreshold: number): void {
  const most = largestFailureThreshold(nodes)
  const fits = Number.isInteger(nodes) && nodes <= MAX_WEIGHTED_NODES && Number.isInteger(failureThreshold)
  if (!fits || failureThreshold < 1 || failureThreshold > most)
    throw new Error(`assertion: ${nodes} nodes with failure threshold ${failureThreshold}, expected 1 to ${most}`)
}
