/**
 * One direction of a TCP connection on a link that loses segments. Whether a segment is lost is drawn whenever it is sent:
 * a retransmission that is due after the link was healed arrives. A segment that is lost holds up what was sent after it on
 * its own connection, and nothing on another.
 */
import type { Kernel } from '../kernel/kernel.ts'

type Action = (argument: unknown) => void

/** What carries the segments. */
export interface Carrier {
  readonly kernel: Kernel
  readonly isCut: boolean
  /** Is a segment that is sent now lost? */
  losesSegment(): boolean
  /** How long one that is sent now takes. */
  delayUs(): number
}

interface Segment {
  readonly action: Action
  readonly argument: unknown
  /** Until it is sent again, when it is lost. */
  timeoutUs: number
  /** Null: it was not sent successfully yet. */
  arrivalUs: number | null
}

/** Linux's smallest retransmission timeout, and its largest: it doubles with every further loss of the segment. */
const TIMEOUT_US = 200_000
const LONGEST_TIMEOUT_US = 120_000_000

export class TcpFlow {
  readonly #carrier: Carrier
  readonly #onEmpty: (lastUs: number) => void
  /** In the order of sending, the oldest first: until they are on their way for good. */
  readonly #segments: Segment[] = []
  /** Lost, and due again while the link was cut. */
  #stalled: Segment[] = []
  #lastUs: number

  /** `lastUs`: nothing arrives before it; `onEmpty`: is told when the last segment will arrive. */
  constructor(carrier: Carrier, lastUs: number, onEmpty: (lastUs: number) => void) {
    this.#carrier = carrier
    this.#lastUs = lastUs
    this.#onEmpty = onEmpty
  }

  send(action: Action, argument: unknown): void {
    const segment: Segment = { action, argument, timeoutUs: TIMEOUT_US, arrivalUs: null }
    this.#segments.push(segment)
    this.#transmit(segment)
  }

  /** The link is whole again: what was due meanwhile is sent now. */
  resume(): void {
    const stalled = this.#stalled
    this.#stalled = []
    for (const segment of stalled) this.#transmit(segment)
  }

  #transmit(segment: Segment): void {
    const { queue } = this.#carrier.kernel
    if (this.#carrier.isCut) this.#stalled.push(segment)
    else if (this.#carrier.losesSegment()) {
      queue.after(segment.timeoutUs, TcpFlow.#again, { flow: this, segment })
      segment.timeoutUs = Math.min(2 * segment.timeoutUs, LONGEST_TIMEOUT_US)
    } else {
      segment.arrivalUs = queue.now + this.#carrier.delayUs()
      this.#deliver()
    }
  }

  static #again(this: void, { flow, segment }: { readonly flow: TcpFlow; readonly segment: Segment }): void {
    flow.#transmit(segment)
  }

  /** What nothing before it holds up any more. */
  #deliver(): void {
    const { queue } = this.#carrier.kernel
    for (let head = this.#segments[0]; head !== undefined && head.arrivalUs !== null; head = this.#segments[0]) {
      this.#segments.shift()
      this.#lastUs = Math.max(this.#lastUs, head.arrivalUs)
      queue.after(this.#lastUs - queue.now, head.action, head.argument)
    }
    if (this.#segments.length === 0) this.#onEmpty(this.#lastUs)
  }
}
