/**
 * `administer`, the caller's side: opens (or keeps) the session, is told whether its epoch is outdated, and sends one
 * statement after another, each when the last one is answered. It runs in the caller's process: a paused coordinator
 * stops between two statements, a dead one never sends the next.
 */
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { AdminCommand, MysqlRequests, Outcome, RequestOf, ServerState } from '../../algorithms/servers.ts'
import type { Pending, Waiter } from '../../algorithms/world.ts'
import type { Peer, SimProcess } from '../kernel/process.ts'
import { type Procedure, type ProcedureSettings, procedureOf } from './admin-procedures.ts'
import type { AdministratorSession, SessionRequest } from './administrator-lock.ts'
import type { MysqlWorld } from './instance.ts'
import type { StatementResult } from './statements.ts'

type Administer = Extract<RequestOf<MysqlRequests>, { kind: 'administer' }>

export class Administrator {
  readonly world: MysqlWorld
  readonly settings: ProcedureSettings
  /** By caller and server. */
  readonly #clients = new Map<string, Client>()

  constructor(world: MysqlWorld, settings: ProcedureSettings) {
    this.world = world
    this.settings = settings
  }

  administer(
    caller: SimProcess,
    server: SimProcess,
    request: Administer,
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    const key = `${caller.name} ${server.name}`
    let client = this.#clients.get(key)
    if (client === undefined || !client.serves(caller, request)) {
      client = new Client(this.world, caller, server, request)
      this.#clients.set(key, client)
    }
    const run = new Run(this, client, request.action, this.world.kernel.queue.now + deadlineUs, waiter)
    client.add(run)
    return run
  }
}

/** One session and the commands that go through it, one at a time. */
class Client implements Peer {
  readonly session: AdministratorSession
  readonly #world: MysqlWorld
  readonly #runs: Run[] = []

  constructor(world: MysqlWorld, caller: SimProcess, server: SimProcess, request: Administer) {
    const { epoch, source } = request
    const callerLife = caller.life!
    this.#world = world
    this.session = { caller, callerLife, server, epoch, source, closed: false }
    callerLife.peers.add(this)
  }

  /** May this session be used for the request? One that was closed, or opened for another epoch, may not. */
  serves(caller: SimProcess, { epoch, source }: Administer): boolean {
    const { session } = this
    return session.callerLife === caller.life && !session.closed && session.epoch === epoch && session.source === source
  }

  add(run: Run): void {
    this.#runs.push(run)
    if (this.#runs.length === 1) run.start()
  }

  ended(run: Run): void {
    if (this.#runs.shift() !== run) throw new Error('assertion: an administrative command ended before its turn')
    this.#runs[0]?.start()
  }

  /** The caller closes its end, */
  close(): void {
    if (!this.session.closed) this.connectionReset()
  }

  /** or its kernel does, when it died. */
  connectionReset(): void {
    const { session } = this
    session.closed = true
    session.callerLife.peers.delete(this)
    this.#world.network.sendEnd(session.caller, session.server, hangUpArrived, { world: this.#world, session })
  }
}

function hangUpArrived(hangUp: { readonly world: MysqlWorld; readonly session: AdministratorSession }): void {
  const { world, session } = hangUp
  if (session.server.life?.holdsBack(hangUpArrived, hangUp) === true) return
  world.instanceOf(session.server)?.administratorLock.hangUp(session)
}

/** One command on its way. */
class Run implements Pending, Waiter<Outcome<unknown>> {
  readonly #administrator: Administrator
  readonly #client: Client
  readonly #command: AdminCommand
  readonly #deadlineUs: number
  #waiter: Waiter<Outcome<unknown>> | null
  #procedure: Procedure | null = null
  /** Statements that were sent: after the first the server may have changed. */
  #sent = 0
  #state: ServerState | null = null

  constructor(
    administrator: Administrator,
    client: Client,
    command: AdminCommand,
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ) {
    this.#administrator = administrator
    this.#client = client
    this.#command = command
    this.#deadlineUs = deadlineUs
    this.#waiter = waiter
  }

  start(): void {
    this.#send({ kind: this.#command.command === 'release' ? 'release' : 'open' })
  }

  /** The command goes on; only its answer is dropped. */
  abandon(): void {
    this.#waiter = null
  }

  #send(step: SessionRequest['step']): void {
    const { network, kernel } = this.#administrator.world
    const { session } = this.#client
    const request: SessionRequest = { kind: 'session', session, step }
    network.call(session.caller, session.server, request, Math.max(0, this.#deadlineUs - kernel.queue.now), this)
  }

  resume(outcome: Outcome<unknown>): void {
    if (outcome.kind !== 'ok') {
      // Dead, killed or silent: whatever it is, this connection is not used again.
      this.#client.close()
      const nothingDone = outcome.kind === 'failed' && this.#sent <= 1
      this.#end(nothingDone ? outcome : unknown(outcome.why))
      return
    }
    const result = outcome.reply as StatementResult
    if (!result.ok) {
      const nothingDone = this.#sent <= 1
      if (result.why.code === 'deposed') this.#client.close()
      this.#end(nothingDone ? failed(result.why) : unknown(result.why))
      return
    }
    this.#state = result.state
    if (this.#command.command === 'release') {
      this.#client.close()
      this.#end({ kind: 'ok', reply: result.state })
      return
    }
    this.#procedure ??= procedureOf(
      this.#command,
      this.#client.session.epoch,
      result.state,
      this.#administrator.settings,
    )
    const next = this.#procedure.next(result)
    if (next.done !== true) {
      this.#sent++
      this.#send({ kind: 'run', text: next.value })
    } else if (next.value !== null) this.#end(failed(next.value))
    else this.#end({ kind: 'ok', reply: this.#state })
  }

  #end(outcome: Outcome<unknown>): void {
    const waiter = this.#waiter
    this.#waiter = null
    this.#client.ended(this)
    waiter?.resume(outcome)
  }
}
