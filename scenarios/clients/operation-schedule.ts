/**
 * What the clients will ask, and when: a pure function of the workload and the seed, drawn one operation at a time.
 * Arrivals, kinds, keys and levels come from streams of their own, so changing the share of reads moves no arrival.
 * In a closed loop the system decides when; what is asked is still drawn, operation by operation.
 */
import type { Consistency } from '../../algorithms/statements.ts'
import { log } from '../chance/exact-math.ts'
import type { RandomStream, RandomStreams } from '../chance/random.ts'
import { drawLevel } from '../file/levels.ts'
import type { OpenWorkload, Workload } from '../scenario.ts'
import { type KeyPicker, keyPicker } from './key-choice.ts'
import { StagedArrivals } from './rate-stages.ts'
import { WriteDraws } from './write-draws.ts'

/** A cursor: `advance()` moves it to the next operation, whose fields it then shows. */
export class Schedule {
  op = 0
  intendedUs = 0
  isRead = false
  key = 0
  consistency: Consistency = 'STRONG'
  /** Of a transaction: the keys of its further rows. */
  moreKeys: readonly number[] = []
  /** Of a write, in each row; 0: none. */
  payloadBytes = 0
  readonly #workload: Workload
  /** Null: a closed loop. */
  readonly #arrivals: Arrivals | null
  readonly #kind: RandomStream
  readonly #key: RandomStream
  readonly #level: RandomStream
  readonly #pick: KeyPicker
  readonly #writes: WriteDraws | null

  constructor(workload: Workload, streams: RandomStreams) {
    this.#workload = workload
    this.#arrivals = workload.mode === 'closed' ? null : arrivalsOf(workload, streams.stream('client/arrival'))
    this.#pick = keyPicker(workload)
    this.#kind = streams.stream('client/kind')
    this.#key = streams.stream('client/key')
    this.#level = streams.stream('client/level')
    const isPlain = workload.transaction === undefined && workload.payload === undefined
    this.#writes = isPlain ? null : new WriteDraws(workload, this.#pick, streams)
  }

  /**
   * False when no further operation starts within the duration. Operations are numbered from 1, and each further row of
   * a transaction takes a number as well. `nowUs` is the start of
   * the next one in a closed loop; an open one takes no notice of it.
   */
  advance(nowUs = 0): boolean {
    const { durationUs, reads, consistency } = this.#workload
    this.intendedUs = this.#arrivals === null ? nowUs : Math.floor(this.#arrivals.nextUs())
    if (this.intendedUs >= durationUs) return false
    this.op += 1 + this.moreKeys.length
    this.isRead = this.#kind.uniform() < reads
    this.key = this.#pick(this.#key.uniform())
    this.consistency = typeof consistency === 'string' ? consistency : drawLevel(consistency, this.#level.uniform())
    if (this.#writes === null) return true
    this.moreKeys = this.isRead ? NONE : this.#writes.moreKeys(this.key)
    this.payloadBytes = this.isRead ? 0 : this.#writes.payloadBytes()
    return true
  }

  /** The highest number that is taken. */
  get lastOp(): number {
    return this.op + this.moreKeys.length
  }
}

const NONE: readonly number[] = []

/** Moments in microseconds, unrounded, so that rounding does not bend the rate. */
interface Arrivals {
  nextUs(): number
}

function arrivalsOf({ arrivals, ratePerSec, stages }: OpenWorkload, stream: RandomStream): Arrivals {
  // In units of the mean distance between two operations.
  const gap = arrivals === 'poisson' ? () => -log(1 - stream.uniform()) : () => 1
  return stages === undefined ? new SteadyArrivals(1e6 / ratePerSec, gap) : new ChangingArrivals(stages, gap)
}

class SteadyArrivals implements Arrivals {
  readonly #meanGapUs: number
  readonly #gap: () => number
  #atUs = 0

  constructor(meanGapUs: number, gap: () => number) {
    this.#meanGapUs = meanGapUs
    this.#gap = gap
  }

  nextUs(): number {
    this.#atUs += this.#gap() * this.#meanGapUs
    return this.#atUs
  }
}

class ChangingArrivals implements Arrivals {
  readonly #staged: StagedArrivals
  readonly #gap: () => number
  #due = 0

  constructor(stages: NonNullable<OpenWorkload['stages']>, gap: () => number) {
    this.#staged = new StagedArrivals(stages)
    this.#gap = gap
  }

  nextUs(): number {
    this.#due += this.#gap()
    return this.#staged.momentOf(this.#due)
  }
}
