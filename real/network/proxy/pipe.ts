/**
 * One direction of a connection: what arrives at one socket goes out at the other, in its order, after what the link does
 * to it. It is TCP's behaviour that is kept: nothing is ever missing or out of order; a lost segment arrives when it has
 * been sent again and holds up what follows it; a receiver that is slow slows the sender; each direction ends by itself.
 */
import type { Socket } from 'node:net'
import type { Agenda, Waiting } from './agenda.ts'
import type { SharedLink } from './shared-link.ts'

/** What was sent and has not arrived: as much as Linux's own buffers take, about. */
const MOST_BYTES = 4_194_304
/** Linux's smallest retransmission timeout, and its largest: it doubles with every further loss of the segment. */
const TIMEOUT_MS = 200
const LONGEST_TIMEOUT_MS = 120_000

/** One read of the socket, as one segment; or the connection's end in this direction, in order or not. */
interface Segment {
  readonly what: Buffer | 'end' | 'reset'
  /** Until it is sent again, when it is lost. */
  timeoutMs: number
  /** Null: it has not been sent successfully yet. */
  arrivalMs: number | null
}

export class Pipe implements Waiting {
  readonly #from: Socket
  readonly #to: Socket
  readonly #link: SharedLink
  readonly #agenda: Agenda
  readonly #onReset: () => void
  /** In the order of sending, until they have arrived. */
  readonly #segments: Segment[] = []
  /** Lost or not sent, and due while the link was cut. */
  #stalled: Segment[] = []
  #bytes = 0
  /** The receiver takes no more for now. */
  #isFull = false
  #hasEnded = false

  /** `onReset`: both directions are to be reset now. */
  constructor(from: Socket, to: Socket, link: SharedLink, agenda: Agenda, onReset: () => void) {
    this.#from = from
    this.#to = to
    this.#link = link
    this.#agenda = agenda
    this.#onReset = onReset
    link.concerns(this)
    from.on('data', (chunk: Buffer) => this.take(chunk))
    from.once('end', () => {
      this.#hasEnded = true
      this.take('end')
    })
    from.once('close', () => {
      if (!this.#hasEnded) this.take('reset')
    })
    to.on('drain', () => this.#goOn())
    to.once('close', () => link.forget(this))
  }

  take(what: Segment['what']): void {
    if (this.#segments.length === 0 && this.#link.isPlain && !this.#isFull) {
      this.#handOver(what)
      if (this.#isFull) this.#from.pause()
      return
    }
    const segment: Segment = { what, timeoutMs: TIMEOUT_MS, arrivalMs: null }
    this.#segments.push(segment)
    this.#bytes += bytesOf(what)
    if (this.#bytes >= MOST_BYTES) this.#from.pause()
    this.#send(segment)
  }

  healed(): void {
    const stalled = this.#stalled
    this.#stalled = []
    for (const segment of stalled) this.#send(segment)
  }

  reset(): void {
    this.#onReset()
  }

  due(nowMs: number): number {
    for (let head = this.#segments[0]; head !== undefined; head = this.#segments[0]) {
      if (head.arrivalMs === null || this.#isFull) break
      if (head.arrivalMs > nowMs) return head.arrivalMs
      this.#segments.shift()
      this.#bytes -= bytesOf(head.what)
      this.#handOver(head.what)
    }
    if (this.#bytes < MOST_BYTES && !this.#isFull && this.#from.isPaused()) this.#from.resume()
    return Number.POSITIVE_INFINITY
  }

  #send(segment: Segment): void {
    const link = this.#link
    if (link.cut !== null) {
      this.#stalled.push(segment)
    } else if (link.losesSegment()) {
      this.#agenda.after(segment.timeoutMs, () => this.#send(segment))
      segment.timeoutMs = Math.min(2 * segment.timeoutMs, LONGEST_TIMEOUT_MS)
    } else {
      const isEnd = segment.what === 'end'
      segment.arrivalMs = link.arrivalMs(bytesOf(segment.what), performance.now()) + (isEnd ? link.closeDelayMs : 0)
      this.#goOn()
    }
  }

  /** What is due goes out, and the rest waits for its time. */
  #goOn(): void {
    this.#isFull = this.#to.writableNeedDrain
    const nextMs = this.due(performance.now())
    if (nextMs !== Number.POSITIVE_INFINITY) this.#agenda.cover(this, nextMs)
  }

  #handOver(what: Segment['what']): void {
    const to = this.#to
    if (to.destroyed) return
    if (what === 'reset') to.resetAndDestroy()
    else if (what === 'end') to.end()
    else this.#isFull = !to.write(what)
  }
}

function bytesOf(what: Segment['what']): number {
  return typeof what === 'string' ? 0 : what.length
}
