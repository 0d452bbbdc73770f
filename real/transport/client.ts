/**
 * Asks one service over one TCP connection: pipelined, multiplexed, reconnecting on demand.
 *
 * The outcome is decided by what the peer can have seen. Refused, or lost before the frame was handed to the kernel:
 * `failed`. Lost, or silent past the deadline, after that: `unknown`. There is no retry here; whoever calls knows
 * whether asking twice is safe.
 */
import { connect, type Socket } from 'node:net'
import type { Outcome } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import type { Callable } from '../callable.ts'
import { decodeReply } from './codecs.ts'
import { FrameStream } from './frames.ts'

/** [id, request] */
export type RequestFrame = readonly [number, { readonly kind: string }]
/** [id, 'ok', reply] or [id, 'failed' | 'unknown', reason] */
export type ReplyFrame = readonly [number, 'ok' | 'failed' | 'unknown', unknown]

const CONNECT_TIMEOUT_MS = 1_000

interface Open {
  readonly kind: string
  readonly frame: RequestFrame
  readonly done: (outcome: Outcome<unknown>) => void
  readonly timer: NodeJS.Timeout
  /** The frame's number on the current connection; 0 while waiting for one. */
  number: number
}

export class ServiceClient implements Callable {
  readonly #host: string
  readonly #port: number
  readonly #open = new Map<number, Open>()
  #nextId = 1
  #socket: Socket | null = null
  /** Set once the connection is established. */
  #stream: FrameStream | null = null
  #closed = false

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
  }

  call(request: { readonly kind: string }, deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending {
    const id = this.#nextId++
    const open: Open = {
      kind: request.kind,
      frame: [id, request],
      done,
      timer: setTimeout(() => this.#expire(id), Math.ceil(deadlineUs / 1000)),
      number: 0,
    }
    this.#open.set(id, open)
    if (this.#closed) this.#settle(id, open, { kind: 'failed', reason: 'connection closed' })
    else if (this.#stream !== null) open.number = this.#stream.send(open.frame)
    else if (this.#socket === null) this.#connect()
    return {
      abandon: () => {
        if (this.#open.delete(id)) clearTimeout(open.timer)
      },
    }
  }

  close(): void {
    this.#closed = true
    this.#socket?.destroy()
    this.#lost('connection closed')
  }

  #connect(): void {
    const socket = connect({ host: this.#host, port: this.#port })
    this.#socket = socket
    let reason = 'connection lost'
    const timer = setTimeout(() => {
      reason = 'connect timed out'
      socket.destroy()
    }, CONNECT_TIMEOUT_MS)
    socket.once('connect', () => {
      clearTimeout(timer)
      const stream = new FrameStream(socket, (frame) => this.#receive(frame as ReplyFrame))
      this.#stream = stream
      for (const open of this.#open.values()) open.number = stream.send(open.frame)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reason = 'connection refused'
    })
    socket.once('close', () => {
      clearTimeout(timer)
      if (this.#socket === socket) this.#lost(reason)
    })
  }

  #receive(frame: ReplyFrame): void {
    const [id, kind, body] = frame
    const open = this.#open.get(id)
    // A reply to what was abandoned or has expired: its caller has long been told.
    if (open === undefined) return
    this.#settle(
      id,
      open,
      kind === 'ok' ? { kind, reply: decodeReply(open.kind, body) } : { kind, reason: String(body) },
    )
  }

  #expire(id: number): void {
    const open = this.#open.get(id)
    if (open !== undefined) this.#settle(id, open, { kind: this.#mayHaveArrived(open), reason: 'deadline passed' })
  }

  #lost(reason: string): void {
    const lost = [...this.#open]
    const outcomes = lost.map(([, open]) => this.#mayHaveArrived(open))
    this.#socket = null
    this.#stream = null
    for (let i = 0; i < lost.length; i++) this.#settle(lost[i]![0], lost[i]![1], { kind: outcomes[i]!, reason })
  }

  #mayHaveArrived(open: Open): 'failed' | 'unknown' {
    return this.#stream !== null && open.number > 0 && open.number <= this.#stream.written ? 'unknown' : 'failed'
  }

  #settle(id: number, open: Open, outcome: Outcome<unknown>): void {
    if (!this.#open.delete(id)) return
    clearTimeout(open.timer)
    open.done(outcome)
  }
}
