import assert from 'node:assert/strict'
import fc from 'fast-check'
import { standardised, standardOf } from '../../../../algorithms/election/seer/linear-algebra.ts'
import { type Point, StateModel } from '../../../../algorithms/election/seer/novelty.ts'
import { RandomStreams } from '../../../../scenarios/chance/random.ts'
import { test } from '../../../support/test.ts'

/** Processor share, memory that does not change, round trip in microseconds. */
function windowOf(seed: number, count: number, cpu: number, rttUs: number): Point[] {
  const stream = new RandomStreams(seed).stream('window')
  return Array.from({ length: count }, () => [
    cpu + 0.1 * stream.uniform(),
    525,
    rttUs * (0.9 + 0.2 * stream.uniform()),
  ])
}

test('the same state is not novel, whatever its points were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (seed, cpu) => {
      const state = new StateModel(windowOf(seed, 120, cpu, 400))
      assert.equal(state.isNovel(windowOf(seed + 1, 120, cpu, 400)), false)
    }),
    { numRuns: 20 },
  )
})

test('a shifted state is novel: more processor used, or a longer round trip', () => {
  const state = new StateModel(windowOf(1, 120, 0.1, 400))
  assert.equal(state.isNovel(windowOf(2, 120, 0.7, 400)), true)
  assert.equal(state.isNovel(windowOf(2, 120, 0.1, 900)), true)
})

test('a window is novel only when nearly all of it is', () => {
  const state = new StateModel(windowOf(1, 120, 0.1, 400))
  const elsewhere = windowOf(2, 98, 0.7, 400)
  assert.equal(state.isNovel([...elsewhere, ...windowOf(3, 2, 0.1, 400)]), false)
  assert.equal(state.isNovel([...elsewhere, ...windowOf(3, 1, 0.7, 400)]), true)
  assert.equal(state.isNovel([]), false)
})

test('a feature that never varied is not a new state when it moves by a hair, and is one when it doubles', () => {
  const still = (value: number): Point[] => Array.from({ length: 50 }, () => [value])
  const state = new StateModel(still(525))
  assert.equal(state.isNovel(still(525)), false)
  assert.equal(state.isNovel(still(1050)), true)
})

/** The textbook's definition, written down with no thought of cost; `points` are standardised already. */
function textbookFactor(points: readonly Point[], point: Point, k: number): number {
  const far = (a: Point, b: Point) => Math.hypot(...a.map((value, i) => value - b[i]!))
  const nearest = (from: Point, among: readonly Point[]) =>
    [...among].sort((a, b) => far(from, a) - far(from, b)).slice(0, k)
  const others = (one: Point) => points.filter((other) => other !== one)
  const kDistance = (one: Point) => far(one, nearest(one, others(one)).at(-1)!)
  const density = (one: Point, among: readonly Point[]) => {
    const found = nearest(one, among)
    return found.length / found.reduce((sum, other) => sum + Math.max(kDistance(other), far(one, other)), 0)
  }
  const found = nearest(point, points)
  const sum = found.reduce((total, other) => total + density(other, others(other)), 0)
  return sum / found.length / density(point, points)
}

test('the outlier factor is the one of its definition', () => {
  const stream = new RandomStreams(7).stream('points')
  const draw = () => [stream.uniform(), stream.uniform()]
  for (let round = 0; round < 20; round++) {
    const points = Array.from({ length: 30 }, draw)
    const state = new StateModel(points, 5)
    const [first, second] = [0, 1].map((i) => standardOf(points.map((point) => point[i]!)))
    const place = ([a, b]: Point) => [standardised(a!, first!), standardised(b!, second!)]
    for (const point of [draw(), [3, -1]]) {
      const expected = textbookFactor(points.map(place), place(point), 5)
      const found = state.outlierFactor(point)
      assert.ok(Math.abs(found - expected) < 1e-6 * expected, `${found}, expected ${expected}`)
    }
  }
})
