/**
 * What a write is made of where it is more than one INSERT: the keys of its further rows, and the size of its rows. Drawn
 * from streams of their own, so that two workloads that differ in this alone have the same arrivals, kinds and first keys.
 */
import type { RandomStream, RandomStreams } from '../chance/random.ts'
import { delayTable, type Sampler } from '../chance/sampling.ts'
import { type DelayDistribution, MAX_PAYLOAD_BYTES, type PayloadSize, type Workload } from '../scenario.ts'
import type { KeyPicker } from './key-choice.ts'

/** A key that was drawn already is drawn again, so often; then the next free one is taken: a few keys may be very hot. */
const DRAWS = 20

export class WriteDraws {
  readonly #keys: number
  readonly #more: number
  /** Null: rows carry nothing. */
  readonly #payload: Sampler | null
  readonly #pick: KeyPicker
  readonly #key: RandomStream
  readonly #size: RandomStream

  constructor({ keys, transaction, payload }: Workload, pick: KeyPicker, streams: RandomStreams) {
    this.#keys = keys
    this.#more = (transaction?.statements ?? 1) - 1
    this.#payload = payload === undefined ? null : delayTable(asDistribution(payload))
    this.#pick = pick
    this.#key = streams.stream('client/more-keys')
    this.#size = streams.stream('client/payload')
  }

  /** In the order of their statements: no key twice, and none in ascending order, so that transactions may deadlock. */
  moreKeys(first: number): readonly number[] {
    const taken = new Set([first])
    const more: number[] = []
    while (more.length < this.#more) {
      let key = this.#pick(this.#key.uniform())
      for (let draw = 1; draw < DRAWS && taken.has(key); draw++) key = this.#pick(this.#key.uniform())
      while (taken.has(key)) key = (key + 1) % this.#keys
      taken.add(key)
      more.push(key)
    }
    return more
  }

  payloadBytes(): number {
    if (this.#payload === null) return 0
    return Math.min(Math.max(1, this.#payload.sample(this.#size)), MAX_PAYLOAD_BYTES)
  }
}

/** Bytes in the place of microseconds: a whole number of either is drawn alike. */
function asDistribution(size: PayloadSize): DelayDistribution {
  if (size.kind === 'constant') return { kind: 'constant', us: size.bytes }
  return { kind: 'lognormal', medianUs: size.medianBytes, sigma: size.sigma }
}
