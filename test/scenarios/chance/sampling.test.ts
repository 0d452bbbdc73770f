import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RandomStream, RandomStreams } from '../../../scenarios/chance/random.ts'
import { delayTable, exponential, QuantileTable, type Sampler } from '../../../scenarios/chance/sampling.ts'
import { test } from '../../support/test.ts'

/** A stream that draws what it is told. */
class Scripted extends RandomStream {
  readonly #draw: number
  constructor(draw: number) {
    super([1, 0, 0, 0])
    this.#draw = draw
  }
  override nextUint32(): number {
    return this.#draw
  }
}

const RAREST = 2 ** -24
const lognormal = { kind: 'lognormal', medianUs: 500, sigma: 0.5 } as const

function samples(sampler: Sampler, count: number): number[] {
  const stream = new RandomStreams(7).stream('samples')
  return Array.from({ length: count }, () => sampler.sample(stream))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test('the table of the identity gives back the probability of every draw, down to 2^-24 at both ends', () => {
  const identity = new QuantileTable((p) => p)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (draw) => {
      const tail = Math.max((draw % 2 ** 31) / 2 ** 32, RAREST)
      assert.equal(identity.sample(new Scripted(draw)), draw < 2 ** 31 ? tail : 1 - tail)
    }),
    { numRuns: 2000 },
  )
})

test('the all-zero draw, and its mirror image, give the finite quantiles at 2^-24', () => {
  const table = new QuantileTable((p) => {
    assert.ok(p >= RAREST && p <= 1 - RAREST, `asked for the quantile of ${p}`)
    return 1 / (1 - p) - 1 / p
  })
  assert.equal(table.sample(new Scripted(0)), 1 / (1 - RAREST) - 2 ** 24)
  assert.equal(table.sample(new Scripted(2 ** 31)), 2 ** 24 - 1 / (1 - RAREST))
  assert.ok(delayTable(lognormal).sample(new Scripted(0)) > 0)
  assert.equal(exponential(1000).sample(new Scripted(0)), 0)
})

test('a sampler follows its distribution: mean, and Kolmogorov-Smirnov distance', () => {
  const count = 100_000
  const cases: { sampler: Sampler; mean: number; quantileOf: (p: number) => number }[] = [
    {
      sampler: delayTable({ ...lognormal, medianUs: 500_000 }),
      mean: 500_000 * Math.exp(0.125),
      quantileOf: (p) => 500_000 * Math.exp(0.5 * bisectedNormal(p)),
    },
    { sampler: exponential(500_000), mean: 500_000, quantileOf: (p) => -500_000 * Math.log(1 - p) },
  ]
  for (const { sampler, mean: expected, quantileOf } of cases) {
    const drawn = samples(sampler, count).sort((a, b) => a - b)
    assert.ok(Math.abs(mean(drawn) / expected - 1) < 0.01, `mean ${mean(drawn)}, expected ${expected}`)
    let gap = 0
    for (let step = 1; step < 500; step++) {
      const limit = quantileOf(step / 500)
      gap = Math.max(gap, Math.abs(drawn.findIndex((value) => value > limit) / count - step / 500))
    }
    assert.ok(gap < 1.95 / Math.sqrt(count), `distance ${gap}`)
  }
})

/** The slow second opinion: bisection on the numerically integrated density. */
function bisectedNormal(p: number): number {
  let low = -8
  let high = 8
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (below(middle) < p) low = middle
    else high = middle
  }
  return low
}

function below(z: number): number {
  const steps = 200
  const width = z / steps
  let area = 0
  for (let step = 0; step < steps; step++) area += Math.exp(-(((step + 0.5) * width) ** 2) / 2) * width
  return 0.5 + area / Math.sqrt(2 * Math.PI)
}

test('samples are integers, whatever the parameters', () => {
  const parameters = fc.record({
    medianUs: fc.double({ min: 0, max: 1e7, noNaN: true }),
    sigma: fc.constantFrom(0, 0.1, 1, 2),
  })
  fc.assert(
    fc.property(parameters, fc.integer({ min: 0, max: 0xffffffff }), ({ medianUs, sigma }, draw) => {
      for (const sampler of [
        delayTable({ kind: 'lognormal', medianUs, sigma }),
        delayTable({ kind: 'constant', us: medianUs }),
        exponential(medianUs),
      ]) {
        const us = sampler.sample(new Scripted(draw))
        assert.ok(Number.isSafeInteger(us) && us >= 0, `${us}`)
      }
    }),
  )
})

test('a constant delay draws nothing from its stream', () => {
  const stream = new RandomStreams(1).stream('constant')
  assert.equal(delayTable({ kind: 'constant', us: 250 }).sample(stream), 250)
  assert.equal(stream.nextUint32(), new RandomStreams(1).stream('constant').nextUint32())
})

test('the samples of seed 7 are frozen', () => {
  assert.deepEqual(samples(delayTable(lognormal), 8), [479, 511, 567, 1141, 360, 427, 620, 395])
  assert.deepEqual(samples(exponential(500), 8), [314, 365, 457, 1503, 148, 236, 549, 191])
})
