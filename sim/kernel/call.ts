/** One request and its one answer, on their way through the network. Made to be cheap: there are a dozen per operation. */
import { type Deadlines, type Expiring, releaseDeadline } from '../../algorithms/deadlines.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { KeyedStatement } from '../../algorithms/statements.ts'
import type { Pending, Waiter } from '../../algorithms/world.ts'
import type { DataPool } from '../mysql/data-pool.ts'
import { MESSAGE_BYTES } from '../network/link.ts'
import type { Network } from '../network/network.ts'
import { EVENT } from './kernel.ts'
import type { Life, SimProcess } from './process.ts'

const TIMEOUT: Outcome<unknown> = unknown({ code: 'deadline' })
const UNSENT: Outcome<unknown> = failed({ code: 'no-connection' })
const REFUSED: Outcome<unknown> = failed({ code: 'connection-refused' })
const LOST: Outcome<unknown> = unknown({ code: 'connection-lost' })

export class Call implements Pending, Expiring {
  readonly network: Network
  readonly caller: SimProcess
  readonly callerLife: Life
  readonly server: SimProcess
  readonly request: { readonly kind: string }
  waiter: Waiter<Outcome<unknown>> | null
  /** The life that was to answer; null when the server was dead at the time of sending. */
  serverLife: Life | null
  outcome: Outcome<unknown> | null = null
  deadlines: Deadlines | null = null
  deadlinePlace = 0
  /** Place among the unanswered requests of `serverLife`; -1: not there. `enter` and `leave` keep it. */
  openPlace = -1
  /** Whose connection it has; null: one of its own, or none yet. */
  pool: DataPool | null = null
  /** No connection is free yet. */
  isWaiting = false
  /** A connection has to be opened for it. */
  opensConnection = false

  constructor(
    network: Network,
    caller: SimProcess,
    server: SimProcess,
    request: { readonly kind: string },
    waiter: Waiter<Outcome<unknown>>,
  ) {
    if (caller.life === null) throw new Error(`assertion: ${caller.name} is dead and calls ${server.name}`)
    this.network = network
    this.caller = caller
    this.callerLife = caller.life
    this.server = server
    this.serverLife = server.life
    this.request = request
    this.waiter = waiter
  }

  /** Has nobody answered yet? False once a connection was cut under it. */
  get isOpen(): boolean {
    return this.outcome === null
  }

  /** Does the caller still hold its end of the connection? A server notices that it does not when it next looks. */
  get isWanted(): boolean {
    return this.waiter !== null && this.callerLife.alive
  }

  send(): void {
    if (this.serverLife !== null) enter(this.serverLife, this)
    this.network.send(this.caller, this.server, arrive, this, this.server.pooled ? this : null, sizeOf(this.request))
  }

  /** Over a connection of `pool`, perhaps long after the call. */
  sendOver(pool: DataPool): void {
    this.pool = pool
    this.isWaiting = false
    this.serverLife = this.server.life
    this.send()
  }

  /** The server lets nobody new in: it waits for another connection of its pool, or is refused where there is none. */
  keepOut(why: Why): void {
    const { pool } = this
    if (pool === null || !pool.waitsForAnother()) this.refuse(why)
    else {
      leave(this)
      this.pool = null
      pool.takeBack(this)
    }
  }

  answer(reply: unknown): void {
    this.finish({ kind: 'ok', reply })
  }

  /** Certainly nothing was done. */
  refuse(why: Why): void {
    this.finish(failed(why))
  }

  /** The connection broke under it: it may have been done. */
  lose(): void {
    this.finish(LOST)
  }

  /** The first answer counts. */
  finish(outcome: Outcome<unknown>): void {
    if (this.outcome !== null) return
    this.outcome = outcome
    leave(this)
    const { network, server, caller } = this
    const connection = server.pooled ? this : null
    if (outcome === LOST) network.sendEnd(server, caller, settle, this, connection)
    else network.send(server, caller, settle, this, connection)
  }

  abandon(): void {
    if (this.waiter === null) return
    this.waiter = null
    releaseDeadline(this)
    giveBack(this, true)
  }

  expire(): void {
    expired(this)
  }

  /** Arrived at a server that was dead when this was sent, and lives now. */
  adopt(life: Life): void {
    this.serverLife = life
    enter(life, this)
  }
}

/** With the payloads of what it writes. */
function sizeOf(request: { readonly kind: string; readonly statement?: Partial<KeyedStatement> }): number {
  const { payloadBytes, moreKeys } = request.statement ?? {}
  return payloadBytes === undefined ? MESSAGE_BYTES : MESSAGE_BYTES + payloadBytes * (1 + (moreKeys?.length ?? 0))
}

// Functions, because private methods cost every object a word and a check.

function enter(life: Life, call: Call): void {
  call.openPlace = life.open.length
  life.open.push(call)
}

function leave(call: Call): void {
  const place = call.openPlace
  if (place < 0) return
  call.openPlace = -1
  const { open } = call.serverLife!
  const last = open.pop()!
  if (last === call) return
  open[place] = last
  last.openPlace = place
}

/** `isLeft`: nobody waits for the answer any more, and so the connection is closed. */
function giveBack(call: Call, isLeft: boolean): void {
  const { pool } = call
  if (pool === null) return
  call.pool = null
  pool.release(isLeft)
}

function arrive(call: Call): void {
  const { server } = call
  if (call.outcome !== null) {
    if (call.outcome.kind === 'ok') arriveAgain(call)
    return
  }
  const life = server.life
  if (life === null) {
    call.finish(REFUSED)
    return
  }
  if (call.serverLife === null) call.adopt(life)
  if (life.holdsBack(arrive, call)) return
  const { kernel } = call.network
  kernel.hash.mix(kernel.queue.now, EVENT.requestArrived, server.index, call.caller.index)
  if (life.handler === null) call.finish(REFUSED)
  else life.handler(call)
}

/** A message that arrives twice is served twice, whatever it did the first time; its caller hears of one answer. */
function arriveAgain(call: Call): void {
  const { life } = call.server
  if (life === null || life !== call.serverLife || life.holdsBack(arrive, call)) return
  const { kernel } = call.network
  kernel.hash.mix(kernel.queue.now, EVENT.requestArrived, call.server.index, call.caller.index)
  life.handler?.(call)
}

function settle(call: Call): void {
  const { waiter } = call
  if (waiter === null || call.callerLife.holdsBack(settle, call)) return
  const { kernel } = call.network
  releaseDeadline(call)
  kernel.hash.mix(kernel.queue.now, EVENT.replyArrived, call.caller.index, call.server.index)
  call.waiter = null
  giveBack(call, false)
  waiter.resume(call.outcome!)
}

/** The caller's own clock ran out. The request goes on without it. */
function expired(call: Call): void {
  const { waiter } = call
  if (waiter === null || call.callerLife.holdsBack(expired, call)) return
  const { kernel } = call.network
  kernel.hash.mix(kernel.queue.now, EVENT.deadline, call.caller.index, call.server.index)
  call.waiter = null
  giveBack(call, true)
  waiter.resume(call.isWaiting ? UNSENT : TIMEOUT)
}
