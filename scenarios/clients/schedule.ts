/**
 * What the clients will ask, and when: a pure function of the workload and the seed, drawn one operation at a time.
 * Arrivals, kinds, keys and levels come from streams of their own, so changing the share of reads moves no arrival.
 */
import type { Consistency } from '../../algorithms/servers.ts'
import { log } from '../chance/exact-math.ts'
import type { RandomStream, RandomStreams } from '../chance/random.ts'
import { drawLevel } from '../file/levels.ts'
import { type KeyPicker, keyPicker } from '../key-choice.ts'
import type { Workload } from '../scenario.ts'

/** A cursor: `advance()` moves it to the next operation, whose fields it then shows. */
export class Schedule {
  op = 0
  intendedUs = 0
  isRead = false
  key = 0
  consistency: Consistency = 'STRONG'
  readonly #workload: Workload
  readonly #meanGapUs: number
  readonly #arrival: RandomStream
  readonly #kind: RandomStream
  readonly #key: RandomStream
  readonly #level: RandomStream
  readonly #pick: KeyPicker
  /** Unrounded, so that rounding does not bend the rate. */
  #exactUs = 0

  constructor(workload: Workload, streams: RandomStreams) {
    this.#workload = workload
    this.#pick = keyPicker(workload)
    this.#meanGapUs = 1e6 / workload.ratePerSec
    this.#arrival = streams.stream('client/arrival')
    this.#kind = streams.stream('client/kind')
    this.#key = streams.stream('client/key')
    this.#level = streams.stream('client/level')
  }

  /** False when no further operation starts within the duration. Operations are numbered from 1. */
  advance(): boolean {
    const { arrivals, durationUs, reads, consistency } = this.#workload
    const gaps = arrivals === 'poisson' ? -log(1 - this.#arrival.uniform()) : 1
    this.#exactUs += gaps * this.#meanGapUs
    this.intendedUs = Math.floor(this.#exactUs)
    if (this.intendedUs >= durationUs) return false
    this.op++
    this.isRead = this.#kind.uniform() < reads
    this.key = this.#pick(this.#key.uniform())
    this.consistency = typeof consistency === 'string' ? consistency : drawLevel(consistency, this.#level.uniform())
    return true
  }
}
