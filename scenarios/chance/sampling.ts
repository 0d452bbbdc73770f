/**
 * Samples of any distribution that has a quantile function, by table: one 32-bit draw, one lookup, one interpolation.
 *
 * The table is log-linear: half of it approaches probability 0, the other half probability 1, in octaves of 64 points
 * each, so that the tails are as finely drawn as the middle. They end at 2^-24: rarer draws (the all-zero one too) give
 * the quantile at 2^-24, which keeps every sample finite. Built with `exact-math.ts`, the samples are the same bits
 * everywhere. The inverse of a measured distribution can be put in just as well.
 */

import type { DelayDistribution } from '../scenario.ts'
import { exp, log, normalQuantile } from './exact-math.ts'
import type { RandomStream } from './random.ts'

const POINT_BITS = 6
const OCTAVE_POINTS = 1 << POINT_BITS
/** From 2^-24 to 2^-1. */
const OCTAVES = 23
const HALF_POINTS = OCTAVES * OCTAVE_POINTS + 1
const REST_BITS = 31 - POINT_BITS
const REST_MASK = (1 << REST_BITS) - 1
const REST_UNIT = 1 / (1 << REST_BITS)
/** 2^-24 in units of 2^-32. */
const RAREST = 1 << 8

export class QuantileTable {
  readonly #points: Float64Array

  /** `quantile` is asked for probabilities from 2^-24 to 1 - 2^-24, and must not decrease. */
  constructor(quantile: (p: number) => number) {
    this.#points = new Float64Array(2 * HALF_POINTS)
    for (let index = 0; index < HALF_POINTS; index++) {
      const octave = Math.min(index >> POINT_BITS, OCTAVES - 1)
      const p = ((1 << octave) * (1 + index / OCTAVE_POINTS - octave)) / 0x1000000
      this.#points[index] = quantile(p)
      this.#points[HALF_POINTS + index] = quantile(1 - p)
    }
  }

  /** One draw of `stream`: the top bit picks the half, the others are a probability below 1/2. */
  sample(stream: RandomStream): number {
    const draw = stream.nextUint32()
    const tail = draw & 0x7fffffff
    const probability = tail < RAREST ? RAREST : tail
    const zeros = Math.clz32(probability)
    const mantissa = probability << zeros
    const index =
      (draw >>> 31) * HALF_POINTS + (OCTAVES - zeros) * OCTAVE_POINTS + ((mantissa >>> REST_BITS) & (OCTAVE_POINTS - 1))
    const low = this.#points[index]!
    return low + (this.#points[index + 1]! - low) * ((mantissa & REST_MASK) * REST_UNIT)
  }
}

/** Durations in integer microseconds. This is the one place where a drawn duration is rounded (to the nearest). */
export interface Sampler {
  sample(stream: RandomStream): number
}

class TableSampler implements Sampler {
  readonly #table: QuantileTable
  readonly #scaleUs: number

  constructor(table: QuantileTable, scaleUs: number) {
    this.#table = table
    this.#scaleUs = scaleUs
  }

  sample(stream: RandomStream): number {
    return Math.floor(this.#table.sample(stream) * this.#scaleUs + 0.5)
  }
}

/** Never negative. */
class NormalSampler implements Sampler {
  readonly #meanUs: number
  readonly #deviationUs: number

  constructor(meanUs: number, deviationUs: number) {
    this.#meanUs = meanUs
    this.#deviationUs = deviationUs
    normalTable ??= new QuantileTable(normalQuantile)
  }

  sample(stream: RandomStream): number {
    const us = Math.floor(this.#meanUs + normalTable!.sample(stream) * this.#deviationUs + 0.5)
    return us > 0 ? us : 0
  }
}

/** Draws nothing from the stream. */
class ConstantSampler implements Sampler {
  readonly #us: number

  constructor(us: number) {
    this.#us = Math.floor(us + 0.5)
  }

  sample(_stream: RandomStream): number {
    return this.#us
  }
}

/** Tables of shape alone, median or mean 1: every link of the same sigma shares one. */
const lognormalTables = new Map<number, QuantileTable>()
let exponentialTable: QuantileTable | undefined
let normalTable: QuantileTable | undefined

export function delayTable(distribution: DelayDistribution): Sampler {
  if (distribution.kind === 'constant') return new ConstantSampler(distribution.us)
  if (distribution.kind === 'normal') return new NormalSampler(distribution.meanUs, distribution.deviationUs)
  const { medianUs, sigma } = distribution
  let table = lognormalTables.get(sigma)
  if (table === undefined) {
    table = new QuantileTable((p) => exp(sigma * normalQuantile(p)))
    lognormalTables.set(sigma, table)
  }
  return new TableSampler(table, medianUs)
}

/** Gaps of a Poisson process; memoryless service times. */
export function exponential(meanUs: number): Sampler {
  exponentialTable ??= new QuantileTable((p) => -log(1 - p))
  return new TableSampler(exponentialTable, meanUs)
}
