/**
 * `administer` requests to one server, one after another, through a session that keeps the server's lock from one epoch
 * to the next: nobody else has changed the server meanwhile. Each command is for a stated epoch: under the lock and
 * before every change the session asks the server whether it is still entitled to that (`deposedBy`).
 *
 * Nothing here is abandoned. A command either ends, or its session is killed and seen dead, and only then is the
 * caller told: a late `read_only = OFF` would be a second writer.
 */
import { deposedBy } from '../../algorithms/failover/epoch.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { MysqlRequests, Outcome, ServerState } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import { NOTHING_PENDING } from '../transport/callable.ts'
import { perform, state } from './admin-commands.ts'
import { AdminError, AdminSession } from './admin-session.ts'
import { adminEndpoint, type MysqlTarget } from './target.ts'

type AdministerRequest = MysqlRequests['administer']['request']

export class Administrator {
  readonly #target: MysqlTarget
  readonly #onChange: (sql: string) => void
  #session: AdminSession | null = null
  /** The end of the queue. Never rejects. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(target: MysqlTarget, onChange: (sql: string) => void = () => {}) {
    this.#target = target
    this.#onChange = onChange
  }

  administer(request: AdministerRequest, deadlineUs: number, done: (outcome: Outcome<ServerState>) => void): Pending {
    const deadlineMs = performance.now() + deadlineUs / 1000
    this.#last = this.#last.then(() => this.#answer(request, deadlineMs)).then(done)
    return NOTHING_PENDING
  }

  close(): void {
    this.#closed = true
    this.#session?.close()
  }

  async #answer(request: AdministerRequest, deadlineMs: number): Promise<Outcome<ServerState>> {
    if (this.#closed) return failed({ code: 'connection-closed' })
    if (performance.now() >= deadlineMs) return failed({ code: 'administrator-busy' })
    try {
      const session = await this.#sessionFor(request, deadlineMs)
      session.beginCommand(deadlineMs)
      return await this.#guarded(session, request)
    } catch (error) {
      if (!(error instanceof AdminError)) throw error
      return error.failure
    }
  }

  async #sessionFor(request: AdministerRequest, deadlineMs: number): Promise<AdminSession> {
    const current = this.#session
    if (current?.alive === true) {
      current.epoch = request.epoch
      return current
    }
    this.#session = null
    const session = await AdminSession.open(adminEndpoint(this.#target), request.epoch, deadlineMs, this.#onChange)
    this.#session = session
    return session
  }

  async #guarded(session: AdminSession, request: AdministerRequest): Promise<Outcome<ServerState>> {
    try {
      const before = await state(session, this.#target)
      const deposed = deposedBy(
        { epoch: request.epoch, member: this.#memberNumber(request.source) },
        { promised: before.promised, gtids: before.executed.union(before.retrieved) },
      )
      if (deposed !== null) {
        this.#end(session)
        return failed(deposed)
      }
      const reply = await perform(session, this.#target, request.action, before)
      if (request.action.command === 'release') this.#end(session)
      return { kind: 'ok', reply }
    } catch (error) {
      if (!(error instanceof AdminError)) throw error
      const { why } = error.failure
      if (session.alive) {
        // Half a command may have left session variables behind: the next one starts with a fresh session.
        if (session.changed) this.#end(session)
        return session.changed ? unknown(why) : failed(why)
      }
      // The connection broke or was given up under a statement, which may still run.
      this.#session = null
      const dead = await session.seenDead()
      if (!session.changed) return failed(why)
      return unknown(dead ? why : { code: 'not-seen-dead', cause: why })
    }
  }

  #end(session: AdminSession): void {
    session.close()
    this.#session = null
  }

  #memberNumber(source: string | null): number | null {
    if (source === null) return null
    const index = this.#target.members.findIndex(({ name }) => name === source)
    if (index < 0) throw new Error(`assertion: ${source} is not a configured member`)
    return index
  }
}
