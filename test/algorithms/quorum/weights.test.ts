import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  feasibleRatios,
  isAgreement,
  largestFailureThreshold,
  rankingOf,
  rerank,
  type WeightScheme,
  weightsByMember,
  weightsOf,
} from '../../../algorithms/quorum/weights.ts'
import { test } from '../../support/test.ts'

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
/** Every subset of n members, as a bit set. */
const subsets = (n: number) => Array.from({ length: 1 << n }, (_, bits) => bits)
const sizeOf = (bits: number) => bits.toString(2).replaceAll('0', '').length
const weightOf = (weights: readonly number[], bits: number) => sum(weights.filter((_, i) => bits & (1 << i)))

function* thresholds(most: number): Iterable<[nodes: number, t: number]> {
  for (let nodes = 3; nodes <= most; nodes++) for (let t = 1; t <= largestFailureThreshold(nodes); t++) yield [nodes, t]
}

/** I1 and I2 in the order in which a leader may add them up, and in the opposite one. */
function assertInvariants({ weights, threshold, failureThreshold: t, nodes, ratio }: WeightScheme): void {
  const named = `n = ${nodes}, t = ${t}, r = ${ratio}`
  for (const order of [(w: number[]) => w, (w: number[]) => w.reverse()]) {
    assert.ok(sum(order(weights.slice(0, t + 1))) > threshold, `I1: ${named}`)
    assert.ok(sum(order(weights.slice(0, t))) < threshold, `I2: ${named}`)
  }
}

test('I1 and I2 hold for every n up to 100 and every t, with the largest, the least and a middling ratio', () => {
  for (const [nodes, t] of thresholds(100)) {
    const { least, most } = feasibleRatios(nodes, t)
    assert.ok(
      (least > 1 || (least === 1 && nodes === 2 * t + 1)) && least < most && most < 2,
      `n = ${nodes}, t = ${t}: from ${least} to ${most}`,
    )
    for (const ratio of [most, least, (least + most) / 2]) assertInvariants(weightsOf(nodes, t, ratio))
  }
})

test('I1 and I2 hold at 200 nodes', () => {
  for (const t of [1, 2, 5, 10, 20, 49, 66, 98, 99]) assertInvariants(weightsOf(200, t))
})

test('beyond either end of the feasible ratios an invariant breaks', () => {
  for (const [nodes, t] of thresholds(30)) {
    const { least, most } = feasibleRatios(nodes, t)
    const share = (m: number, ratio: number) =>
      sum(Array.from({ length: m }, (_, i) => ratio ** (nodes - 1 - i))) /
      sum(Array.from({ length: nodes }, (_, i) => ratio ** i))
    assert.ok(share(t, most + 1e-4) > 0.5, `n = ${nodes}, t = ${t}: I2 just above ${most}`)
    // Where t is the largest possible, I1 holds down to r = 1.
    if (2 * t + 2 < nodes) assert.ok(share(t + 1, least - 1e-4) < 0.5, `n = ${nodes}, t = ${t}: I1 just below ${least}`)
    else assert.ok(least < 1.001)
  }
})

test('the largest ratios are those of the literature', () => {
  const known: [number, number, number][] = [
    [3, 1, 1.618],
    [5, 1, 1.927],
    [5, 2, 1.178],
    [7, 1, 1.983],
    [7, 2, 1.324],
    [10, 1, 1.998],
    [50, 5, 1.148],
    [100, 10, 1.071],
  ]
  // They are given rounded down: what is rounded up would not be feasible.
  for (const [nodes, t, ratio] of known)
    assert.equal(Math.floor(weightsOf(nodes, t).ratio * 1000) / 1000, ratio, `(${nodes}, ${t})`)
})

test('weights and thresholds that do not fit are refused', () => {
  assert.throws(() => weightsOf(4, 2), /expected 1 to 1/)
  assert.throws(() => weightsOf(4, 0), /expected 1 to 1/)
  assert.throws(() => weightsOf(201, 3), /201 nodes/)
  assert.throws(() => weightsOf(7, 2, 1.9), /ratio 1.9 is not from/)
  assert.throws(() => weightsOf(7, 2, Number.NaN), /ratio NaN/)
})

test('every set above the threshold has t+1 nodes, and meets every set of n-t: all subsets up to n = 10', () => {
  for (const [nodes, t] of thresholds(10)) {
    const { least, most } = feasibleRatios(nodes, t)
    for (const ratio of [most, (least + most) / 2, least]) {
      const scheme = weightsOf(nodes, t, ratio)
      const agreeing = subsets(nodes).filter((bits) => isAgreement(scheme, weightOf(scheme.weights, bits)))
      const electing = subsets(nodes).filter((bits) => sizeOf(bits) === nodes - t)
      for (const commit of agreeing) {
        assert.ok(sizeOf(commit) >= t + 1, `n = ${nodes}, t = ${t}, r = ${ratio}: ${commit.toString(2)}`)
        for (const election of electing)
          if ((commit & election) === 0) assert.fail(`${commit} and ${election} are disjoint`)
      }
      // And t dead ones stop nobody.
      for (const alive of electing) assert.ok(isAgreement(scheme, weightOf(scheme.weights, alive)))
    }
  }
})

test('with equal weights the rule is majority, over all subsets up to n = 10', () => {
  for (let nodes = 2; nodes <= 10; nodes++) {
    const weights = new Array(nodes).fill(1)
    const scheme: WeightScheme = { nodes, failureThreshold: 0, ratio: 1, weights, threshold: sum(weights) / 2 }
    for (const bits of subsets(nodes))
      assert.equal(isAgreement(scheme, weightOf(weights, bits)), sizeOf(bits) >= Math.floor(nodes / 2) + 1)
  }
})

test('on four servers with t = 1 the source and any one replica agree, whatever the ratio: cabinet is flexible(1)', () => {
  const { least, most } = feasibleRatios(4, 1)
  for (let step = 0; step <= 1000; step++) {
    const scheme = weightsOf(4, 1, least + ((most - least) * step) / 1000)
    // The source is the heaviest: member 0. Every subset of the replicas beside it.
    for (const bits of subsets(4).filter((set) => set & 1))
      assert.equal(isAgreement(scheme, weightOf(scheme.weights, bits)), sizeOf(bits) - 1 >= 1, `r = ${scheme.ratio}`)
  }
})

const rankingAndRepliers = fc
  .integer({ min: 3, max: 30 })
  .chain((nodes) =>
    fc.tuple(
      fc.shuffledSubarray([...Array(nodes).keys()], { minLength: nodes }),
      fc.shuffledSubarray([...Array(nodes).keys()]),
    ),
  )
  .map(([ranking, some]) => ({ ranking, repliers: some.filter((member) => member !== ranking[0]) }))

test('re-ranking: leader first, repliers in the order of their replies, the rest as they were; no weight appears or is lost', () => {
  fc.assert(
    fc.property(rankingAndRepliers, ({ ranking, repliers }) => {
      const next = rerank(ranking, repliers)
      assert.equal(next[0], ranking[0])
      assert.deepEqual(next.slice(1, repliers.length + 1), repliers)
      const rest = next.slice(repliers.length + 1)
      assert.deepEqual(
        rest,
        ranking.slice(1).filter((member) => !repliers.includes(member)),
      )
      const scheme = weightsOf(ranking.length, 1)
      const sorted = (weights: readonly number[]) => [...weights].sort((a, b) => b - a)
      assert.deepEqual(sorted(weightsByMember(scheme, next)), sorted(scheme.weights))
    }),
  )
})

test('re-ranking makes the repliers at least as heavy together as they were', () => {
  fc.assert(
    fc.property(rankingAndRepliers, ({ ranking, repliers }) => {
      const scheme = weightsOf(ranking.length, largestFailureThreshold(ranking.length))
      const weigh = (order: readonly number[]) => {
        const weights = weightsByMember(scheme, order)
        return sum(repliers.map((member) => weights[member]!))
      }
      assert.ok(weigh(rerank(ranking, repliers)) >= weigh(ranking) * (1 - 1e-12))
    }),
  )
})

test('a new leader takes the highest weight and leaves the order of the others', () => {
  assert.deepEqual(rankingOf(2, [0, 1, 2, 3]), [2, 0, 1, 3])
  assert.deepEqual(rankingOf(0, [0, 1, 2, 3]), [0, 1, 2, 3])
})
