/**
 * GET_LOCK('quorumlab') on one server: all changes go through the one session that holds it. Whoever opens a session
 * kills the holder's first, so that a coordinator that was paused finds its next statement refused. And because that
 * one may come back and take over in turn, a session is opened for an epoch, and under the lock, before any change,
 * the server says whether that epoch is outdated.
 */
import { deposedBy } from '../../algorithms/failover/epoch.ts'
import type { Call } from '../kernel/call.ts'
import { EVENT } from '../kernel/kernel.ts'
import type { Life, Peer, SimProcess } from '../kernel/process.ts'
import type { MysqlInstance } from './instance.ts'
import type { Statement, StatementResult } from './statements.ts'

/** One administrator's connection to one server. */
export interface AdministratorSession {
  readonly caller: SimProcess
  readonly callerLife: Life
  readonly server: SimProcess
  readonly epoch: number
  readonly source: string | null
  /** The caller's end is closed: it knows that it must open another. */
  closed: boolean
}

export interface SessionRequest {
  readonly kind: 'session'
  readonly session: AdministratorSession
  readonly step:
    | { readonly kind: 'open' }
    | { readonly kind: 'release' }
    | { readonly kind: 'run'; readonly text: readonly Statement[] }
}

export class AdministratorLock {
  readonly #server: MysqlInstance
  #holder: Holder | null = null

  constructor(server: MysqlInstance) {
    this.#server = server
  }

  handle(call: Call): void {
    const { session, step } = call.request as SessionRequest
    const holder = this.#holder?.session === session ? this.#holder : null
    if (step.kind === 'open') this.#open(session, call)
    else if (step.kind === 'release') {
      holder?.hangUp()
      call.answer({ ok: true, state: this.#server.state(), rows: 0 } satisfies StatementResult)
    } else if (holder === null) call.refuse({ code: 'session-killed' })
    else holder.run(step.text, call)
  }

  #open(session: AdministratorSession, call: Call): void {
    if (this.#holder?.session !== session) {
      this.#holder?.kill()
      this.#holder = new Holder(this, this.#server, session)
    }
    const { data, world } = this.#server
    const { source, epoch } = session
    const member = source === null ? null : world.members.indexOf(source)
    const deposed = deposedBy({ epoch, member }, { promised: data.promised, gtids: data.held.live })
    if (deposed !== null) call.answer({ ok: false, why: deposed } satisfies StatementResult)
    else call.answer({ ok: true, state: this.#server.state(), rows: 0 } satisfies StatementResult)
  }

  /** The client's end of the connection was closed. */
  hangUp(session: AdministratorSession): void {
    if (this.#holder?.session === session) this.#holder.hangUp()
  }

  /** The holder's session is over. */
  ended(holder: Holder): void {
    if (this.#holder === holder) this.#holder = null
  }
}

interface Work {
  readonly holder: Holder
  readonly text: readonly Statement[]
  readonly index: number
  readonly call: Call
}

/** The session that holds the lock, on the server's side. */
class Holder implements Peer {
  readonly session: AdministratorSession
  readonly #lock: AdministratorLock
  readonly #server: MysqlInstance
  #running: Call | null = null
  #alive = true
  #hungUp = false

  constructor(lock: AdministratorLock, server: MysqlInstance, session: AdministratorSession) {
    this.#lock = lock
    this.#server = server
    this.session = session
    server.life.peers.add(this)
  }

  /** One statement after another, up to the first that fails. */
  run(text: readonly Statement[], call: Call): void {
    this.#running = call
    this.#schedule({ holder: this, text, index: 0, call })
  }

  #schedule(work: Work): void {
    const { costs, kernel } = this.#server
    const statement = work.text[work.index]!
    const costUs = statement.kind === 'set offline_mode' && statement.on ? costs.offlineModeUs : costs.statementUs
    kernel.queue.after(costUs, Holder.#execute, work)
  }

  static #execute(this: void, work: Work): void {
    const { holder, text, index, call } = work
    const server = holder.#server
    if (server.life.holdsBack(Holder.#execute, work) || !holder.#alive) return
    server.kernel.hash.mix(server.kernel.queue.now, EVENT.statement, server.process.index, holder.session.epoch)
    server.statements.run(text[index]!, (result) => {
      if (result.ok && index + 1 < text.length && holder.#alive) {
        holder.#schedule({ holder, text, index: index + 1, call })
        return
      }
      holder.#running = null
      call.answer(result)
      if (holder.#hungUp) holder.#end()
    })
  }

  /** The client is gone or done. A statement that runs goes on to its end, and the lock is held until then. */
  hangUp(): void {
    this.#hungUp = true
    if (this.#running === null) this.#end()
  }

  /** KILL: a statement that has not run does not; a wait for a lock is interrupted. */
  kill(): void {
    this.#end()
    this.#running?.lose()
    if (this.#running !== null) this.#server.statements.abandonReadOnlyWait()
    this.connectionReset()
  }

  #end(): void {
    this.#alive = false
    this.#server.life.peers.delete(this)
    this.#lock.ended(this)
  }

  /** The server's kernel closes the connection: its client hears of it. */
  connectionReset(): void {
    const { session } = this
    this.#server.network.sendEnd(session.server, session.caller, sessionClosed, session)
  }
}

function sessionClosed(session: AdministratorSession): void {
  if (!session.callerLife.holdsBack(sessionClosed, session)) session.closed = true
}
