/**
 * The statements an administrator may run, one by one and in any order, with MySQL's own consequences. The traps of
 * failover/rules.md marked [seen] live here: nothing in this file protects anybody from using them wrongly.
 */
import type { Gtid } from '../../algorithms/gtid-set.ts'
import { mysqlWhy } from '../../algorithms/reasons/mysql-errors.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import { type SemiSyncSettings, STRICT_SEMI_SYNC } from '../../algorithms/semi-sync.ts'
import type { ServerState } from '../../algorithms/servers.ts'
import type { EventHandle } from '../kernel/event-queue.ts'
import { FORGOTTEN_HEARTBEAT_US } from './costs.ts'
import type { Committer } from './group-commit.ts'
import type { MysqlInstance } from './instance.ts'
import { OpenTransactions } from './open-transactions.ts'
import type { Transaction } from './transaction.ts'

export type Statement =
  | { readonly kind: 'stop receiver' | 'start receiver' | 'stop applier' | 'start applier' }
  /** Deletes the relay log [ran]; `all`: and forgets the channel. */
  | { readonly kind: 'reset replica'; readonly all: boolean }
  /** CHANGE REPLICATION SOURCE TO. What is left out of `heartbeatUs` is not kept but reset [ran]. */
  | {
      readonly kind: 'change source'
      readonly source: string
      readonly account: 'plain' | 'drain'
      readonly heartbeatUs?: number
      /** SOURCE_AUTO_POSITION=1: may be named only with both threads stopped. */
      readonly autoPosition?: true
    }
  /** [ran] On: accounts without CONNECTION_ADMIN are thrown out, clients and plain replicas alike. */
  | { readonly kind: 'set offline_mode'; readonly on: boolean }
  /** KILL of every connection of the application's account. */
  | { readonly kind: 'kill clients' }
  /** `settings`: as strict as can be where they are not given. */
  | { readonly kind: 'set semi-sync'; readonly on: boolean; readonly k: number; readonly settings?: SemiSyncSettings }
  | { readonly kind: 'set read_only'; readonly on: boolean }
  /** Waits for every write in progress. `lockWaitUs` null: MySQL's default, a year. */
  | { readonly kind: 'set super_read_only'; readonly on: boolean; readonly lockWaitUs: number | null }
  /** UPDATE ... SET promised = ? WHERE promised < ?, with sql_log_bin=0. */
  | { readonly kind: 'update promise'; readonly promise: number }
  /** The epoch's row, under a GTID of its own making. */
  | { readonly kind: 'insert marker'; readonly marker: Gtid }
  | { readonly kind: 'lock tables' | 'unlock tables' }
  | { readonly kind: 'show state' }

export type StatementResult =
  | { readonly ok: true; readonly state: ServerState; readonly rows: number }
  | { readonly ok: false; readonly why: Why }

/** A client's write that may have to wait for a lock. */
interface BlockedWrite {
  start(): void
}

const NOT_CONFIGURED = mysqlWhy(1200)
const LOCK_WAIT_TIMEOUT = mysqlWhy(1205)
const READ_ONLY = mysqlWhy(1290)
const INTERRUPTED = mysqlWhy(1317)
const RECEIVER_RUNS = mysqlWhy(3021)
const REPLICA_RUNS = mysqlWhy(3081)
const APPLIER_RUNS = mysqlWhy(3085)

type Done = (result: StatementResult) => void

export class Statements {
  readonly #server: MysqlInstance
  /** Client writes between their first lock and the end of their commit. */
  #writesInProgress = 0
  /** SET super_read_only=ON waits for those, and new writes wait behind it. */
  #readOnlyWait: { readonly finish: (why: Why | null) => void; readonly timer: EventHandle } | null = null
  readonly #behind: BlockedWrite[] = []
  readonly openTransactions: OpenTransactions = new OpenTransactions(() => this.#letThrough())

  constructor(server: MysqlInstance) {
    this.#server = server
  }

  /** `done` may come later, or never. */
  run(statement: Statement, done: Done): void {
    const server = this.#server
    const { data, receiver, applier, pipeline } = server
    const ok = (rows = 0) => done({ ok: true, state: server.state(), rows })
    const error = (why: Why) => done({ ok: false, why })
    switch (statement.kind) {
      case 'stop receiver':
        // It cannot be stopped in the middle of a write.
        receiver.disk.do(() => {
          receiver.stop()
          ok()
        })
        break
      case 'start receiver':
        if (data.channel === null) error(NOT_CONFIGURED)
        else {
          receiver.start()
          ok()
        }
        break
      case 'stop applier':
        applier.stop(() => ok())
        break
      case 'start applier':
        if (data.channel === null) error(NOT_CONFIGURED)
        else {
          applier.start()
          ok()
        }
        break
      case 'change source':
        this.#changeSource(statement, ok, error)
        break
      case 'reset replica':
        if (receiver.state !== 'stopped' || applier.state !== 'stopped') error(REPLICA_RUNS)
        else {
          data.dropRelayLog()
          applier.relayLogDropped()
          if (statement.all) data.channel = null
          ok()
        }
        break
      case 'set offline_mode':
        server.offline = statement.on
        if (statement.on) {
          this.#killClients()
          server.dumpThreads.cutPlainAccounts()
        }
        ok()
        break
      case 'kill clients':
        this.#killClients()
        ok()
        break
      case 'set semi-sync':
        if (statement.on)
          server.semiSync.enable(
            statement.k,
            statement.settings ?? STRICT_SEMI_SYNC,
            server.dumpThreads.replicas.length,
          )
        else server.semiSync.disable()
        ok()
        break
      case 'set read_only':
        server.readOnly = statement.on
        if (!statement.on) server.superReadOnly = false
        ok()
        break
      case 'set super_read_only':
        this.#setSuperReadOnly(statement.on, statement.lockWaitUs, ok, error)
        break
      case 'update promise':
        if (server.superReadOnly) error(READ_ONLY)
        else if (data.promised >= statement.promise) ok(0)
        else
          pipeline.disk.do(() => {
            data.promised = statement.promise
            ok(1)
          })
        break
      case 'insert marker':
        if (server.superReadOnly) error(READ_ONLY)
        else if (data.executed.live.has(statement.marker)) ok()
        else server.pipeline.enter(new Marker(server, statement.marker, ok))
        break
      case 'lock tables':
        applier.lock()
        ok()
        break
      case 'unlock tables':
        applier.unlock()
        if (this.#readOnlyWait === null) this.#letThrough()
        ok()
        break
      case 'show state':
        ok()
        break
    }
  }

  #changeSource(
    change: Extract<Statement, { kind: 'change source' }>,
    ok: () => void,
    error: (why: Why) => void,
  ): void {
    const { data, receiver, applier, network } = this.#server
    if (receiver.state !== 'stopped') error(RECEIVER_RUNS)
    else if (change.autoPosition === true && applier.state !== 'stopped') error(APPLIER_RUNS)
    else if (!network.has(change.source)) error({ code: 'no-such-server', node: change.source })
    else {
      data.channel = {
        source: change.source,
        account: change.account,
        heartbeatUs: change.heartbeatUs ?? FORGOTTEN_HEARTBEAT_US,
      }
      // [ran] With both threads stopped CHANGE deletes the relay logs; with the applier running it keeps them.
      if (applier.state === 'stopped') {
        data.dropRelayLog()
        applier.relayLogDropped()
      }
      ok()
    }
  }

  /** [ran] Clients get error 2013. What is in the commit pipeline goes on without them. */
  #killClients(): void {
    const { open } = this.#server.life
    for (const call of open.filter(({ request }) => request.kind === 'execute' || request.kind === 'query')) call.lose()
    this.openTransactions.endAll()
  }

  // ---------------------------------------------------------------- super_read_only and the writes

  #setSuperReadOnly(on: boolean, lockWaitUs: number | null, ok: () => void, error: (why: Why) => void): void {
    const server = this.#server
    if (!on) {
      server.superReadOnly = false
      ok()
      return
    }
    if (this.#readOnlyWait !== null) {
      error(LOCK_WAIT_TIMEOUT)
      return
    }
    const finish = (why: Why | null) => {
      if (this.#readOnlyWait !== null) server.kernel.queue.cancel(this.#readOnlyWait.timer)
      this.#readOnlyWait = null
      if (why === null) server.superReadOnly = server.readOnly = true
      this.#letThrough()
      if (why === null) ok()
      else error(why)
    }
    if (this.#writesInProgress === 0) finish(null)
    else {
      const timer = lockWaitUs === null ? -1 : server.kernel.queue.after(lockWaitUs, Statements.#lockWaitOver, this)
      this.#readOnlyWait = { finish, timer }
    }
  }

  static #lockWaitOver(this: void, statements: Statements): void {
    if (statements.#server.life.holdsBack(Statements.#lockWaitOver, statements)) return
    statements.#readOnlyWait?.finish(LOCK_WAIT_TIMEOUT)
  }

  /** KILL of the session that waits for the lock: the wait ends, the writes it waited for do not. */
  abandonReadOnlyWait(): void {
    this.#readOnlyWait?.finish(INTERRUPTED)
  }

  /** A write takes its first lock now; false: somebody's lock is in its way, and it is started again later. */
  beginWrite(write: BlockedWrite): boolean {
    if (this.#readOnlyWait !== null || this.#server.applier.isLocked || this.openTransactions.any) {
      this.#behind.push(write)
      return false
    }
    this.#writesInProgress++
    return true
  }

  endWrite(): void {
    this.#writesInProgress--
  }

  /** A statement that waits for no row: it is in super_read_only's way until `endWrite`. */
  joinWrites(): void {
    this.#writesInProgress++
  }

  #letThrough(): void {
    for (const write of this.#behind.splice(0)) write.start()
  }

  /** Writes may have ended: is the lock free? */
  writesMoved(): void {
    if (this.#writesInProgress === 0) this.#readOnlyWait?.finish(null)
  }
}

class Marker implements Committer {
  readonly #server: MysqlInstance
  readonly #gtid: Gtid
  readonly #done: () => void

  constructor(server: MysqlInstance, gtid: Gtid, done: () => void) {
    this.#server = server
    this.#gtid = gtid
    this.#done = done
  }

  write(): Transaction {
    return { gtid: this.#gtid, key: 0, row: null, originalUs: this.#server.kernel.queue.now }
  }

  committed(): void {
    this.#done()
  }
}
