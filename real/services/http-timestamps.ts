/**
 * A timestamp service as the coordinator calls it: over HTTP, on one connection that is kept. While one request is under
 * way, whoever else wants a timestamp waits for the next one, and all of them share it: each gets a number of its own,
 * and under load most of the cost of HTTP is gone. Nobody waits who is alone.
 *
 * A shared `tick` asks above the largest floor in it. Each number is then above its own floor and above all that the
 * server gave before, which is all that is promised.
 *
 * The servers of `oracle` have more to say to each other than these services pass on, and are refused by the
 * configuration.
 */
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { Outcome, RequestOf, TimestampRequests } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import { type Callable, NOTHING_PENDING } from '../transport/callable.ts'
import { DeadlineTimer } from '../transport/deadline-timer.ts'
import { MOST_TIMESTAMPS } from './timestamp.ts'

interface TimestampAddress {
  readonly host: string
  readonly port: number
  readonly token: string | null
}

type Done = (outcome: Outcome<unknown>) => void
type Kind = 'next' | 'tick' | 'reset'

/** One who wants something of the server. */
class Open implements Pending {
  /** Null: answered, given up or abandoned. */
  done: Done | null
  readonly after: number
  readonly dueMs: number

  constructor(after: number, dueMs: number, done: Done) {
    this.after = after
    this.dueMs = dueMs
    this.done = done
  }

  abandon(): void {
    this.done = null
  }

  settle(outcome: Outcome<unknown>): void {
    const { done } = this
    this.done = null
    done?.(outcome)
  }
}

interface Shared {
  readonly sent: ClientRequest
  readonly openers: readonly Open[]
  /** The request may have reached the server. */
  isOut: boolean
}

export class HttpTimestamps implements Callable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 3 })
  readonly #lanes: readonly Lane[]

  constructor(address: TimestampAddress) {
    this.#lanes = (['next', 'tick', 'reset'] as const).map((kind) => new Lane(kind, address, this.#agent))
  }

  call(request: { readonly kind: string }, deadlineUs: number, done: Done): Pending {
    const typed = request as RequestOf<TimestampRequests>
    const lane = this.#lanes.find(({ kind }) => kind === typed.kind)
    if (lane === undefined) {
      done(failed({ code: 'unknown-request' }))
      return NOTHING_PENDING
    }
    return lane.add(typed.kind === 'tick' ? typed.after : 0, deadlineUs, done)
  }

  close(): void {
    for (const lane of this.#lanes) lane.close()
    this.#agent.destroy()
  }
}

/** All requests of one kind. */
class Lane {
  readonly kind: Kind
  readonly #address: TimestampAddress
  readonly #agent: Agent
  readonly #deadlines = new DeadlineTimer((nowMs) => this.#expire(nowMs))
  #waiting: Open[] = []
  #underWay: Shared | null = null
  #scheduled = false
  #closed = false

  constructor(kind: Kind, address: TimestampAddress, agent: Agent) {
    this.kind = kind
    this.#address = address
    this.#agent = agent
  }

  add(after: number, deadlineUs: number, done: Done): Pending {
    const open = new Open(after, performance.now() + deadlineUs / 1_000, done)
    if (this.#closed) {
      open.settle(failed({ code: 'connection-closed' }))
      return open
    }
    this.#deadlines.cover(open.dueMs)
    this.#waiting.push(open)
    this.#schedule()
    return open
  }

  close(): void {
    this.#closed = true
    this.#deadlines.stop()
    this.#lost({ code: 'connection-closed' })
    for (const open of this.#waiting.splice(0)) open.settle(failed({ code: 'connection-closed' }))
  }

  /** Those of one turn of the event loop go together. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay !== null || this.#closed) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#send()
    })
  }

  #send(): void {
    this.#waiting = this.#waiting.filter(({ done }) => done !== null)
    if (this.#underWay !== null || this.#closed || this.#waiting.length === 0) return
    const openers = this.#waiting.splice(0, MOST_TIMESTAMPS)
    const { path, body } = this.#question(openers)
    const { host, port, token } = this.#address
    const sent = request({
      ...{ host, port, path, agent: this.#agent, method: body === null ? 'GET' : 'POST' },
      headers: {
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    })
    const shared: Shared = { sent, openers, isOut: false }
    this.#underWay = shared
    sent.once('socket', (socket) => {
      socket.setNoDelay(true)
      if (!socket.connecting) shared.isOut = true
      else
        socket.once('connect', () => {
          shared.isOut = true
        })
    })
    sent.once('response', (answer) => this.#receive(shared, answer))
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#underWay === shared)
        this.#lost({ code: error.code === 'ECONNREFUSED' ? 'connection-refused' : 'connection-lost' })
    })
    sent.end(body ?? undefined)
  }

  #question(openers: readonly Open[]): { readonly path: string; readonly body: string | null } {
    const count = openers.length
    if (this.kind === 'next') return { path: `/timestamp?count=${count}`, body: null }
    if (this.kind === 'reset') return { path: '/reset', body: '{}' }
    const counter = openers.reduce((highest, { after }) => Math.max(highest, after), 0)
    return { path: '/tick', body: JSON.stringify({ counter, count }) }
  }

  #receive(shared: Shared, answer: IncomingMessage): void {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (part: string) => {
      text += part
    })
    answer.on('end', () => {
      if (this.#underWay !== shared) return
      this.#underWay = null
      const outcomes = outcomesOf(this.kind, answer.statusCode ?? 0, text, shared.openers.length)
      for (const [i, open] of shared.openers.entries()) open.settle(outcomes[i]!)
      this.#schedule()
    })
    answer.on('error', () => {
      if (this.#underWay === shared) this.#lost({ code: 'connection-lost' })
    })
  }

  /** The request under way will not be answered. */
  #lost(why: Why): void {
    const shared = this.#underWay
    this.#underWay = null
    if (shared !== null) {
      shared.sent.destroy()
      for (const open of shared.openers) open.settle(shared.isOut ? unknown(why) : failed(why))
    }
    this.#schedule()
  }

  #expire(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY
    const expire = (openers: readonly Open[], outcome: Outcome<never>) => {
      for (const open of openers)
        if (open.done !== null && open.dueMs <= nowMs) open.settle(outcome)
        else if (open.done !== null) nextMs = Math.min(nextMs, open.dueMs)
    }
    expire(this.#waiting, failed({ code: 'deadline' }))
    const shared = this.#underWay
    if (shared !== null) {
      expire(shared.openers, shared.isOut ? unknown({ code: 'deadline' }) : failed({ code: 'deadline' }))
      // Nobody waits for it any more, and those who come next must not wait behind it.
      if (shared.openers.every(({ done }) => done === null)) this.#lost({ code: 'deadline' })
    }
    return nextMs
  }
}

/** One for each who asked. An answer that makes no sense may still have used up numbers. */
function outcomesOf(kind: Kind, status: number, text: string, count: number): readonly Outcome<unknown>[] {
  const all = (outcome: Outcome<unknown>) => Array.from({ length: count }, () => outcome)
  if (status === 503) return all(failed({ code: 'starting' }))
  if (status !== 200) return all(failed({ code: 'unknown-request' }))
  if (kind === 'reset') return all({ kind: 'ok', reply: {} })
  const reply = parsed(text)
  const counters = reply?.counters
  const server = reply?.server_id
  if (!Array.isArray(counters) || counters.length !== count || !Number.isSafeInteger(server))
    return all(unknown({ code: 'connection-lost' }))
  return counters.map(
    (counter: number): Outcome<unknown> => ({
      kind: 'ok',
      reply: { timestamp: { counter, server: server as number } },
    }),
  )
}

function parsed(text: string): { readonly server_id?: unknown; readonly counters?: unknown } | null {
  try {
    return JSON.parse(text) as { readonly server_id?: unknown; readonly counters?: unknown } | null
  } catch {
    return null
  }
}
