/** A directed link: what holds for all of its pipes, of whichever connection. */
import { isDeepStrictEqual } from 'node:util'
import type { RandomStream } from '../../../scenarios/chance/random.ts'
import { delayTable, type Sampler } from '../../../scenarios/chance/sampling.ts'
import { type LinkState, WHOLE } from '../network.ts'

/** A pipe of it, or a connection that waits to be opened. */
interface Concerned {
  /** It is whole again. */
  healed(): void
  /** It resets connections now. */
  reset(): void
}

export class SharedLink {
  readonly #stream: RandomStream
  readonly #concerned = new Set<Concerned>()
  #state: LinkState = WHOLE
  #isPlain = true
  #samplers: readonly Sampler[] = []
  /** When the last byte that was sent has left; all connections share its bandwidth. */
  #freeAtMs = 0

  constructor(stream: RandomStream) {
    this.#stream = stream
  }

  get cut(): LinkState['cut'] {
    return this.#state.cut
  }

  /** What is sent arrives at once. */
  get isPlain(): boolean {
    return this.#isPlain
  }

  concerns(one: Concerned): void {
    this.#concerned.add(one)
  }

  forget(one: Concerned): void {
    this.#concerned.delete(one)
  }

  set(state: LinkState): void {
    const { cut } = this.#state
    this.#state = state
    this.#samplers = state.delays.map(delayTable)
    this.#isPlain = isDeepStrictEqual(state, WHOLE)
    if (state.cut === 'reset') for (const one of [...this.#concerned]) one.reset()
    if (cut !== null && state.cut === null) for (const one of [...this.#concerned]) one.healed()
  }

  /** When a message that is sent now arrives; `bytes` take their time on the line. */
  arrivalMs(bytes: number, nowMs: number): number {
    let leavesMs = nowMs
    const { bandwidthBytesPerSec } = this.#state
    if (bandwidthBytesPerSec !== null) {
      leavesMs = Math.max(nowMs, this.#freeAtMs) + (bytes / bandwidthBytesPerSec) * 1_000
      this.#freeAtMs = leavesMs
    }
    return leavesMs + this.delayMs()
  }

  delayMs(): number {
    let us = 0
    for (const sampler of this.#samplers) us += sampler.sample(this.#stream)
    return us / 1_000
  }

  get closeDelayMs(): number {
    return this.#state.closeDelayUs / 1_000
  }

  losesSegment(): boolean {
    const { lossRatio } = this.#state
    return lossRatio > 0 && this.#stream.uniform() < lossRatio
  }
}
