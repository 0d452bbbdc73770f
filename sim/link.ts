/**
 * One direction between two processes: a delay per message, in order (TCP). A cut link keeps what is sent into it, as
 * the sender's kernel does, and delivers it after the heal: a statement that its caller gave up long ago may still be
 * executed then.
 */
import { type RandomStream, RandomStreams } from '../scenarios/random.ts'
import type { Sampler } from '../scenarios/sampling.ts'
import type { Kernel } from './kernel.ts'
import { fateOf, type Trouble } from './link-trouble.ts'
import type { SimProcess } from './process.ts'

type Action = (argument: unknown) => void

export class Link {
  readonly from: SimProcess
  readonly to: SimProcess
  readonly #kernel: Kernel
  readonly #delay: Sampler
  readonly #stream: RandomStream
  /** Faults that slow this link down add to its delay. */
  readonly slowdowns: Sampler[] = []
  /** Faults that lose, repeat or reorder what is sent. */
  readonly troubles: Trouble[] = []
  readonly #held: { readonly action: Action; readonly argument: unknown }[] = []
  #cuts = 0
  #lastUs = 0

  constructor(kernel: Kernel, from: SimProcess, to: SimProcess, delay: Sampler) {
    this.#kernel = kernel
    this.from = from
    this.to = to
    this.#delay = delay
    this.#stream = kernel.streams.stream(`delay:${from.name}->${to.name}`)
  }

  get isCut(): boolean {
    return this.#cuts > 0
  }

  /** `action(argument)` happens at the other end, after everything that was sent before. */
  send<A>(action: (argument: A) => void, argument: A): void {
    if (this.#cuts > 0) {
      this.#held.push({ action: action as Action, argument })
      return
    }
    if (this.troubles.length > 0) {
      this.#sendThroughTrouble(action as Action, argument)
      return
    }
    const { queue } = this.#kernel
    const now = queue.now
    let arrivalUs = now + this.#delay.sample(this.#stream)
    if (this.slowdowns.length > 0) for (const slow of this.slowdowns) arrivalUs += slow.sample(this.#stream)
    if (arrivalUs < this.#lastUs) arrivalUs = this.#lastUs
    else this.#lastUs = arrivalUs
    queue.after(arrivalUs - now, action, argument)
  }

  #sendThroughTrouble(action: Action, argument: unknown): void {
    const isDatagram = this.from.datagrams || this.to.datagrams
    const stream = this.#kernel.streams.stream(`trouble:${this.from.name}->${this.to.name}`)
    for (const { extraUs, inOrder } of fateOf(this.troubles, isDatagram, stream)) {
      let delayUs = extraUs + this.#delay.sample(this.#stream)
      for (const slow of this.slowdowns) delayUs += slow.sample(this.#stream)
      const { queue } = this.#kernel
      if (inOrder) {
        this.#lastUs = Math.max(this.#lastUs, queue.now + delayUs)
        delayUs = this.#lastUs - queue.now
      }
      queue.after(delayUs, action, argument)
    }
  }

  /** How long a message sent now would take, by a draw of somebody who only measures: from a stream of its own. */
  draw(stream: RandomStream): number {
    let us = this.#delay.sample(stream)
    for (const slow of this.slowdowns) us += slow.sample(stream)
    return us
  }

  /**
   * What a message sent now would meet: the harness's independent look. It draws the same nine messages every time, so
   * that two looks differ only if the link does, and takes nothing from the streams of the run.
   */
  look(): { readonly delivers: boolean; readonly us: number } {
    const stream = new RandomStreams(0).stream('witness')
    const trips = Array.from({ length: 9 }, () =>
      [this.#delay, ...this.slowdowns].reduce((sum, part) => sum + part.sample(stream), 0),
    )
    return { delivers: !this.isCut, us: trips.sort((a, b) => a - b)[4]! }
  }

  /** Cuts nest: a link is whole when every cut is healed. */
  cut(): void {
    this.#cuts++
  }

  heal(): void {
    if (this.#cuts === 0) throw new Error(`assertion: ${this.from.name}->${this.to.name} is healed and was not cut`)
    this.#cuts--
    if (this.#cuts > 0) return
    for (const { action, argument } of this.#held.splice(0)) this.send(action, argument)
  }
}
