/**
 * One direction between two processes: a delay per message, in order (TCP). A cut link keeps what is sent into it, as
 * the sender's kernel does, and delivers it after the heal: a statement that its caller gave up long ago may still be
 * executed then. While it loses segments, each connection has an order of its own.
 */
import { type RandomStream, RandomStreams } from '../../scenarios/chance/random.ts'
import type { Sampler } from '../../scenarios/chance/sampling.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { SimProcess } from '../kernel/process.ts'
import { fateOf, isLost, type Trouble } from './link-trouble.ts'
import { type Carrier, TcpFlow } from './tcp-flow.ts'

type Action = (argument: unknown) => void

interface Sent {
  readonly action: Action
  readonly argument: unknown
  readonly connection: object | null
  readonly bytes: number
}

/** What a message takes on the wire beside its payloads, about. */
export const MESSAGE_BYTES = 500

export class Link implements Carrier {
  readonly from: SimProcess
  readonly to: SimProcess
  readonly kernel: Kernel
  readonly #delay: Sampler
  readonly #stream: RandomStream
  /** Faults that slow this link down add to its delay. */
  readonly slowdowns: Sampler[] = []
  /** Faults that hold it to so many bytes a second; the narrowest counts. */
  readonly #bandwidths: number[] = []
  /** Until what was sent before it has left a narrow link. */
  readonly #waiting: Sent[] = []
  /** Of the rate: a departure that was planned at another one is void. */
  #changes = 0
  /** Faults by which the ends of connections come so much later. */
  readonly closeDelaysUs: number[] = []
  /** Faults that lose, repeat or reorder what is sent. */
  readonly troubles: Trouble[] = []
  readonly #held: Sent[] = []
  /** Connections with segments that were lost, or wait behind one that was. */
  readonly #flows = new Map<object | null, TcpFlow>()
  #cuts = 0
  #lastUs = 0

  constructor(kernel: Kernel, from: SimProcess, to: SimProcess, delay: Sampler) {
    this.kernel = kernel
    this.from = from
    this.to = to
    this.#delay = delay
    this.#stream = kernel.streams.stream(`delay:${from.name}->${to.name}`)
  }

  get isCut(): boolean {
    return this.#cuts > 0
  }

  /**
   * `action(argument)` happens at the other end, after everything that was sent before on the same `connection`; null: on
   * the one that the two processes always have.
   */
  send<A>(action: (argument: A) => void, argument: A, connection: object | null = null, bytes = MESSAGE_BYTES): void {
    if (this.#bandwidths.length > 0) {
      this.#waiting.push({ action: action as Action, argument, connection, bytes })
      if (this.#waiting.length === 1) this.#planDeparture()
    } else if (this.#cuts > 0) this.#held.push({ action: action as Action, argument, connection, bytes })
    else this.#depart(action, argument, connection)
  }

  #depart<A>(action: (argument: A) => void, argument: A, connection: object | null): void {
    if (this.troubles.length > 0 || this.#flows.size > 0) {
      this.#sendThroughTrouble(action as Action, argument, connection)
      return
    }
    const { queue } = this.kernel
    const now = queue.now
    let arrivalUs = now + this.#delay.sample(this.#stream)
    if (this.slowdowns.length > 0) for (const slow of this.slowdowns) arrivalUs += slow.sample(this.#stream)
    if (arrivalUs < this.#lastUs) arrivalUs = this.#lastUs
    else this.#lastUs = arrivalUs
    queue.after(arrivalUs - now, action, argument)
  }

  /** The end of a connection: after everything else on it, and later where that is slow. */
  sendEnd<A>(action: (argument: A) => void, argument: A, connection: object | null): void {
    const us = this.closeDelaysUs.reduce((sum, one) => sum + one, 0)
    if (us === 0) this.send(action, argument, connection)
    else this.kernel.queue.after(us, Link.#sendLate, { link: this, action: action as Action, argument, connection })
  }

  static #sendLate(this: void, end: Omit<Sent, 'bytes'> & { readonly link: Link }): void {
    end.link.send(end.action, end.argument, end.connection)
  }

  /** Until the returned function is called. What waits leaves at once when nothing narrows the link any more. */
  narrow(bytesPerSec: number): () => void {
    this.#bandwidths.push(bytesPerSec)
    this.#changedRate()
    return () => {
      this.#bandwidths.splice(this.#bandwidths.indexOf(bytesPerSec), 1)
      this.#changedRate()
    }
  }

  get bytesPerSec(): number {
    return Math.min(...this.#bandwidths)
  }

  #changedRate(): void {
    this.#changes++
    if (this.#bandwidths.length > 0) this.#planDeparture()
    else while (this.#waiting.length > 0) this.#departFirst()
  }

  #planDeparture(): void {
    const [first] = this.#waiting
    if (first === undefined) return
    const us = Math.ceil((first.bytes / this.bytesPerSec) * 1_000_000)
    this.kernel.queue.after(us, Link.#hasLeft, { link: this, changes: this.#changes })
  }

  static #hasLeft(this: void, { link, changes }: { readonly link: Link; readonly changes: number }): void {
    if (changes !== link.#changes) return
    link.#departFirst()
    link.#planDeparture()
  }

  #departFirst(): void {
    const sent = this.#waiting.shift()!
    if (this.#cuts > 0) this.#held.push(sent)
    else this.#depart(sent.action, sent.argument, sent.connection)
  }

  #sendThroughTrouble(action: Action, argument: unknown, connection: object | null): void {
    if (this.from.datagrams || this.to.datagrams) {
      this.#sendDatagram(action, argument)
      return
    }
    let flow = this.#flows.get(connection)
    if (flow === undefined) {
      flow = new TcpFlow(this, this.#lastUs, (lastUs) => {
        this.#flows.delete(connection)
        this.#lastUs = Math.max(this.#lastUs, lastUs)
      })
      this.#flows.set(connection, flow)
    }
    flow.send(action, argument)
  }

  #sendDatagram(action: Action, argument: unknown): void {
    const { queue } = this.kernel
    for (const { extraUs, inOrder } of fateOf(this.troubles, this.#troubleStream)) {
      let delayUs = extraUs + this.delayUs()
      if (inOrder) {
        this.#lastUs = Math.max(this.#lastUs, queue.now + delayUs)
        delayUs = this.#lastUs - queue.now
      }
      queue.after(delayUs, action, argument)
    }
  }

  get #troubleStream(): RandomStream {
    return this.kernel.streams.stream(`trouble:${this.from.name}->${this.to.name}`)
  }

  losesSegment(): boolean {
    return isLost(this.troubles, this.#troubleStream)
  }

  delayUs(): number {
    return this.draw(this.#stream)
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
    for (const flow of [...this.#flows.values()]) flow.resume()
    const held = this.#held.splice(0)
    if (this.#bandwidths.length === 0)
      for (const { action, argument, connection } of held) this.#depart(action, argument, connection)
    else {
      this.#waiting.unshift(...held)
      this.#changedRate()
    }
  }
}
