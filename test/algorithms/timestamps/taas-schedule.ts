/**
 * TaaS's pure machines under an adversary: a list of numbers decides, step by step, which message arrives, is lost or
 * arrives twice, which server or client dies, which write to disk is done. No clock, no fibers; a run takes microseconds.
 */
import { LimitedCounter } from '../../../algorithms/timestamps/limited-counter.ts'
import { TaasCache, TaasSession, type Tick } from '../../../algorithms/timestamps/taas-session.ts'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import type { Session } from './real-time-law.ts'

export interface SessionMachine {
  readonly result: Timestamp | null
  reply(server: number, timestamp: Timestamp): void
  asks(): readonly Tick[]
  repeat(): void
}

/** The system under test; a broken variant differs from `SOUND` in one part. */
export interface Parts {
  readonly session: (cache: TaasCache, quorum: number) => SessionMachine
  /** What a restarted server finds of the limit it had made durable. */
  readonly recovered: (durableLimit: number) => number | null
  /** A late reply to a session that is over also counts as one to the client's current session. */
  readonly lateRepliesCount: boolean
}

export const SOUND: Parts = {
  session: (cache, quorum) => new TaasSession(cache, quorum),
  recovered: (durableLimit) => durableLimit,
  lateRepliesCount: false,
}

interface Running {
  readonly client: Client
  readonly beganAt: number
  readonly machine: SessionMachine
  /** Ended, or its client has died. */
  over: boolean
}

interface Client {
  cache: TaasCache
  readonly sessions: Running[]
}

type Message =
  | { readonly kind: 'tick'; readonly to: Running; readonly server: number; readonly after: number }
  | { readonly kind: 'reply'; readonly to: Running; readonly server: number; readonly timestamp: Timestamp }

/** A few numbers per write, so that runs reach the limit. */
const RESERVE = 8
const CLIENTS = 2
const SESSIONS_AT_ONCE = 2

class Server {
  readonly index: number
  /** Null: dead. */
  counter: LimitedCounter | null = new LimitedCounter(null, RESERVE)
  durableLimit = 0
  /** Being written. */
  writing: number | null = null
  blocked: { readonly to: Running; readonly counter: number }[] = []

  constructor(index: number) {
    this.index = index
  }
}

/** The sessions that ended, in the order in which they did. */
export function runSchedule(servers: number, quorum: number, choices: readonly number[], parts: Parts): Session[] {
  return new Schedule(servers, quorum, parts).run(choices)
}

class Schedule {
  readonly #quorum: number
  readonly #parts: Parts
  readonly #servers: Server[]
  readonly #clients: Client[]
  readonly #messages: Message[] = []
  readonly #ended: Session[] = []
  #step = 0

  constructor(servers: number, quorum: number, parts: Parts) {
    this.#quorum = quorum
    this.#parts = parts
    this.#servers = Array.from({ length: servers }, (_, index) => new Server(index))
    this.#clients = Array.from({ length: CLIENTS }, () => ({ cache: new TaasCache(servers), sessions: [] }))
  }

  run(choices: readonly number[]): Session[] {
    for (const choice of choices) {
      this.#step++
      this.#act(choice % 64, Math.floor(choice / 64))
    }
    return this.#ended
  }

  /** `what` of 64 lots; `which` picks among the things it can be done to. */
  #act(what: number, which: number): void {
    const server = this.#servers[which % this.#servers.length]!
    const client = this.#clients[which % CLIENTS]!
    if (what < 36) this.#deliver(which, false)
    else if (what < 38) this.#deliver(which, true)
    else if (what < 40) this.#messages.splice(which % Math.max(1, this.#messages.length), 1)
    else if (what < 45) this.#begin(client)
    else if (what < 55) this.#write(server)
    else if (what < 59) this.#repeat(client)
    else if (what < 60) this.#crashClient(client)
    else if (what < 61) this.#crash(server)
    else this.#restart(server)
  }

  #deliver(which: number, twice: boolean): void {
    if (this.#messages.length === 0) return
    const at = which % this.#messages.length
    const message = this.#messages[at]!
    if (!twice) this.#messages.splice(at, 1)
    if (message.kind === 'tick') this.#tick(this.#servers[message.server]!, message.to, message.after)
    else this.#reply(message.to, message.server, message.timestamp)
  }

  #tick(server: Server, to: Running, after: number): void {
    if (server.counter === null) return
    server.blocked.push({ to, counter: server.counter.advance(after) })
    this.#answer(server)
  }

  #answer(server: Server): void {
    const { counter, index } = server
    const blocked = server.blocked
    server.blocked = blocked.filter((tick) => !counter!.covers(tick.counter))
    for (const tick of blocked)
      if (counter!.covers(tick.counter))
        this.#messages.push({
          kind: 'reply',
          to: tick.to,
          server: index,
          timestamp: { counter: tick.counter, server: index + 1 },
        })
  }

  #reply(to: Running, server: number, timestamp: Timestamp): void {
    // The machine of a dead client's session is gone with its cache.
    if (to.over && to.machine.result === null) return
    to.machine.reply(server, timestamp)
    this.#proceed(to)
    if (!to.over || !this.#parts.lateRepliesCount) return
    for (const other of to.client.sessions)
      if (!other.over) {
        other.machine.reply(server, timestamp)
        this.#proceed(other)
      }
  }

  #begin(client: Client): void {
    if (client.sessions.filter(({ over }) => !over).length >= SESSIONS_AT_ONCE) return
    const machine = this.#parts.session(client.cache, this.#quorum)
    const running: Running = { client, beganAt: this.#step, machine, over: false }
    client.sessions.push(running)
    this.#proceed(running)
  }

  #proceed(running: Running): void {
    if (running.over) return
    const { machine } = running
    for (const { server, after } of machine.asks()) this.#messages.push({ kind: 'tick', to: running, server, after })
    if (machine.result === null) return
    running.over = true
    this.#ended.push({ beganAt: running.beganAt, endedAt: this.#step, timestamp: machine.result })
  }

  #repeat(client: Client): void {
    for (const running of client.sessions) {
      if (running.over) continue
      running.machine.repeat()
      this.#proceed(running)
    }
  }

  #crashClient(client: Client): void {
    client.cache = new TaasCache(this.#servers.length)
    for (const running of client.sessions.splice(0)) running.over = true
  }

  /** Begins a write or ends it. It is durable when it ends; a server may die before it hears of that. */
  #write(server: Server): void {
    if (server.counter === null) return
    if (server.writing === null) {
      server.writing = server.counter.wanted()
      return
    }
    server.durableLimit = Math.max(server.durableLimit, server.writing)
    server.counter.extended(server.writing)
    server.writing = null
    this.#answer(server)
  }

  #crash(server: Server): void {
    if (server.counter === null) return
    // The write under way may be the last thing that its disk did.
    if (server.writing !== null && this.#step % 2 === 0)
      server.durableLimit = Math.max(server.durableLimit, server.writing)
    server.counter = null
    server.writing = null
    server.blocked = []
  }

  #restart(server: Server): void {
    server.counter ??= new LimitedCounter(this.#parts.recovered(server.durableLimit), RESERVE)
  }
}
