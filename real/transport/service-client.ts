/**
 * Asks one service over one connection: pipelined, multiplexed, reconnecting on demand.
 *
 * The outcome is decided by what the peer can have seen. Refused, or lost before the frame was handed to the kernel:
 * `failed`. Lost, or silent past the deadline, after that: `unknown`. There is no retry here; whoever calls knows
 * whether asking twice is safe.
 */
import { connect, type Socket } from 'node:net'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import type { Callable } from './callable.ts'
import { decodeReply } from './codecs.ts'
import { DeadlineTimer } from './deadline-timer.ts'
import { FrameStream } from './frames.ts'
import { localSocketOf } from './local-socket.ts'
import { readInto } from './read-buffer.ts'

/** [id, request] */
export type RequestFrame = readonly [number, { readonly kind: string }]
/** [id, 'ok', reply] or [id, 'failed' | 'unknown', why]: the sentence is made again where it arrives. */
export type ReplyFrame = readonly [number, 'ok' | 'failed' | 'unknown', unknown]

const CONNECT_TIMEOUT_MS = 1_000

/** One request on its way. */
class Open implements Pending {
  readonly id: number
  readonly request: { readonly kind: string }
  readonly done: (outcome: Outcome<unknown>) => void
  readonly dueMs: number
  /** The frame's number on the current connection; 0 while waiting for one. */
  number = 0
  readonly #open: Map<number, Open>

  constructor(
    open: Map<number, Open>,
    id: number,
    request: { readonly kind: string },
    dueMs: number,
    done: (outcome: Outcome<unknown>) => void,
  ) {
    this.#open = open
    this.id = id
    this.request = request
    this.dueMs = dueMs
    this.done = done
  }

  get frame(): RequestFrame {
    return [this.id, this.request]
  }

  abandon(): void {
    this.#open.delete(this.id)
  }
}

export class ServiceClient implements Callable {
  readonly #host: string
  readonly #port: number
  readonly #open = new Map<number, Open>()
  readonly #deadlines = new DeadlineTimer((nowMs) => this.#expire(nowMs))
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
    const open = new Open(this.#open, this.#nextId++, request, performance.now() + deadlineUs / 1_000, done)
    this.#open.set(open.id, open)
    if (this.#closed) this.#settle(open, failed({ code: 'connection-closed' }))
    else {
      this.#deadlines.cover(open.dueMs)
      if (this.#stream !== null) open.number = this.#stream.send(open.frame)
      else if (this.#socket === null) this.#connect(localSocketOf(this.#host, this.#port))
    }
    return open
  }

  close(): void {
    this.#closed = true
    this.#socket?.destroy()
    this.#lost({ code: 'connection-closed' })
    this.#deadlines.stop()
  }

  /** `path`: of a local socket, which may not be there; null: by TCP. */
  #connect(path: string | null): void {
    const onread = readInto((bytes) => this.#stream?.receive(bytes))
    const socket = connect(
      path === null ? { host: this.#host, port: this.#port, noDelay: true, onread } : { path, onread },
    )
    this.#socket = socket
    let why: Why = { code: 'connection-lost' }
    let isConnected = false
    const timer = setTimeout(() => {
      why = { code: 'connect-timeout' }
      socket.destroy()
    }, CONNECT_TIMEOUT_MS)
    socket.once('connect', () => {
      isConnected = true
      clearTimeout(timer)
      const stream = new FrameStream(socket, (frame) => this.#receive(frame as ReplyFrame))
      this.#stream = stream
      for (const open of this.#open.values()) open.number = stream.send(open.frame)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') why = { code: 'connection-refused' }
    })
    // Nothing is read as a stream, but only a stream that flows sees its end.
    socket.resume()
    socket.once('close', () => {
      clearTimeout(timer)
      if (this.#socket !== socket) return
      if (path === null || isConnected) this.#lost(why)
      else this.#connect(null)
    })
  }

  #receive(frame: ReplyFrame): void {
    const open = this.#open.get(frame[0])
    // A reply to what was abandoned or has expired: its caller has long been told.
    if (open === undefined) return
    const kind = frame[1]
    if (kind === 'ok') this.#settle(open, { kind, reply: decodeReply(open.request.kind, frame[2]) })
    else this.#settle(open, notDone(kind, frame[2] as Why))
  }

  #expire(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const open of this.#open.values())
      if (open.dueMs <= nowMs) this.#settle(open, notDone(this.#mayHaveArrived(open), { code: 'deadline' }))
      else nextMs = Math.min(nextMs, open.dueMs)
    return nextMs
  }

  #lost(why: Why): void {
    const lost = [...this.#open.values()]
    const outcomes = lost.map((open) => notDone(this.#mayHaveArrived(open), why))
    this.#socket = null
    this.#stream = null
    for (let i = 0; i < lost.length; i++) this.#settle(lost[i]!, outcomes[i]!)
  }

  #mayHaveArrived(open: Open): 'failed' | 'unknown' {
    return this.#stream !== null && open.number > 0 && open.number <= this.#stream.written ? 'unknown' : 'failed'
  }

  #settle(open: Open, outcome: Outcome<unknown>): void {
    if (this.#open.delete(open.id)) open.done(outcome)
  }
}

function notDone(kind: 'failed' | 'unknown', why: Why): Outcome<never> {
  return kind === 'failed' ? failed(why) : unknown(why)
}
