import assert from 'node:assert/strict'
import fc from 'fast-check'
import { holm, mannWhitney, signedRank } from '../../../scenarios/measures/rank-tests.ts'
import { test } from '../../support/test.ts'

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

/** Every way to swap the two of each pair: the definition, spelt out, with its own ranking. */
function pairsByEnumeration(pairs: readonly (readonly [number, number])[]): number {
  const differences = pairs.map(([a, b]) => b - a).filter((difference) => difference !== 0)
  const sizes = differences.map(Math.abs)
  const rank = (size: number) => sizes.reduce((sum, other) => sum + (other < size ? 1 : other === size ? 0.5 : 0), 0.5)
  const statistic = (signs: readonly boolean[]) =>
    signs.reduce((sum, up, i) => sum + (up ? 1 : -1) * rank(sizes[i]!), 0)
  const seen = Math.abs(statistic(differences.map((difference) => difference > 0)))
  let extreme = 0
  for (let mask = 0; mask < 1 << differences.length; mask++)
    if (Math.abs(statistic(sizes.map((_, i) => ((mask >> i) & 1) === 1))) >= seen - 1e-9) extreme++
  return extreme / 2 ** differences.length
}

test('law: the signed rank test agrees with counting out all swaps within pairs, ties and equal pairs included', () => {
  const value = fc.oneof(fc.nat(3), fc.nat(1000))
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 9 }), (pairs) => {
      const { p } = signedRank(pairs)
      const expected = pairsByEnumeration(pairs)
      assert.ok(Math.abs(p - expected) < 1e-12, `${p} against ${expected}`)
      assert.equal(signedRank(pairs.map(([a, b]) => [b, a])).p, p)
    }),
    { numRuns: 200 },
  )
})

test('known values of pairs: six that all rise are 2 in 64, five can never be below 0.05', () => {
  const rising = (n: number) => Array.from({ length: n }, (_, i): [number, number] => [i * 100, i * 100 + i + 1])
  assert.deepEqual(signedRank(rising(6)), { p: 2 / 64, smallestP: 2 / 64, direction: 42 })
  assert.equal(signedRank(rising(5)).smallestP, 2 / 32)
  assert.equal(signedRank([]).p, 1)
  assert.equal(signedRank([[4, 4]]).p, 1)
})

test('a pair in which one never ended differs by more than any other, one in which neither did says nothing', () => {
  const pairs: [number | null, number | null][] = [
    [1, 2],
    [1, 3],
    [null, null],
    [900, null],
  ]
  assert.equal(
    signedRank(pairs).p,
    signedRank([
      [1, 2],
      [1, 3],
      [1, 99],
    ]).p,
  )
  assert.ok(signedRank(pairs).direction > 0)
})

test('a small shift within pairs is seen where the seeds differ by far more, and Mann-Whitney sees nothing', () => {
  const next = linearCongruential(5)
  const pairs = Array.from({ length: 12 }, (): [number, number] => {
    const seed = next() * 1000
    return [seed, seed + 5 + next()]
  })
  assert.ok(signedRank(pairs).p < 0.001)
  assert.ok(
    mannWhitney(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
    ).p > 0.5,
  )
})

test('the normal approximation of many pairs joins the exact distribution where one takes over', () => {
  const next = linearCongruential(9)
  const pairs = Array.from({ length: 101 }, (): [number, number] => [next(), next() + 0.08])
  const exact = signedRank(pairs.slice(0, 100)).p
  const approximate = signedRank(pairs).p
  assert.ok(Math.abs(exact - approximate) < 0.03, `${exact} and ${approximate}`)
})

test('pairs without a difference are called different about once in twenty', () => {
  const next = linearCongruential(13)
  for (const n of [8, 30, 120]) {
    let significant = 0
    for (let i = 0; i < 400; i++)
      if (signedRank(Array.from({ length: n }, (): [number, number] => [next(), next()])).p < 0.05) significant++
    assert.ok(significant >= 5 && significant <= 36, `${significant} of 400 for ${n} pairs`)
  }
})

test('Holm: the smallest p counts as often as there are tests, the next once less, none below the one before', () => {
  const close = (found: readonly number[], wanted: readonly number[]) =>
    found.forEach((value, index) => {
      assert.ok(Math.abs(value - wanted[index]!) < 1e-12, `${value} at ${index}`)
    })
  close(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
  close(holm([0.04]), [0.04])
  close(holm([0.9, 0.8]), [1, 1])
  assert.deepEqual(holm([]), [])
})

test('six tests without any difference call one different in at most one of twenty tables', () => {
  const next = linearCongruential(17)
  let wrong = 0
  for (let i = 0; i < 1000; i++) if (holm(Array.from({ length: 6 }, next)).some((p) => p < 0.05)) wrong++
  assert.ok(wrong < 72, `${wrong} of 1000`)
})

function linearCongruential(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
