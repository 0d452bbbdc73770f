/**
 * A MySQL server as the procedures see it: `MysqlRequests` in, outcomes out. Who may wait behind whom is decided
 * here: data, probes, confirmations, waits and administration each have connections of their own, so that a waiter
 * never delays a probe and a busy data pool never delays a failover.
 */
import type { MysqlRequests, Outcome, RequestOf } from '../../algorithms/servers.ts'
import type { Executed } from '../../algorithms/statements.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import type { Pending } from '../../algorithms/world.ts'
import type { Callable } from '../transport/callable.ts'
import { Administrator } from './administrator.ts'
import { type ConnectionSetup, NO_SETUP, type StatementDone } from './connection.ts'
import { DATA_SETUP, execute, highestTimestamp, query, withTold } from './data.ts'
import { changeOnce, FORGET, FORGET_EVERY } from './done-operations.ts'
import type { AskThreads } from './left-behind.ts'
import { ConnectionPool, KEPT_CONNECTIONS } from './pool.ts'
import { change, SQL_READ_SETUP, SQL_WRITE_SETUP, show } from './sql.ts'
import { busyText, toldText, WATCH_SETUP } from './state.ts'
import { clientEndpoint, EarlierLooks, type MysqlTarget, watchEndpoint } from './target.ts'
import { confirm, executed, probe, waitFor } from './watch.ts'

const KILL_DEADLINE_US = 1_000_000
const BUSY_DEADLINE_US = 200_000

type Done = (outcome: Outcome<unknown>) => void

interface MysqlClientOptions {
  /** At most so many for keyed statements, and for SQL as many that read and as many that write. */
  readonly dataConnections: number
  /** What a row of a client's own table gets to hold; the counter alone unless said otherwise. */
  readonly rowTimestamp?: (timestamp: Timestamp) => number
  /** Told of every statement that is about to change the server, without its secrets. */
  readonly onAdministered?: (node: string, sql: string) => void
}

export class MysqlClient implements Callable {
  readonly #target: MysqlTarget
  readonly #data: ConnectionPool
  readonly #sqlReads: ConnectionPool
  readonly #sqlWrites: ConnectionPool
  readonly #probes: ConnectionPool
  readonly #confirmations: ConnectionPool
  readonly #waits: ConnectionPool
  readonly #administrator: Administrator
  readonly #rowTimestamp: (timestamp: Timestamp) => number
  /** That may be repeated, done on this server by this process. */
  #operations = 0

  constructor(server: Omit<MysqlTarget, 'earlier'>, options: MysqlClientOptions) {
    const target: MysqlTarget = { ...server, earlier: new EarlierLooks() }
    this.#target = target
    const told = toldText(target)
    const busy: AskThreads = (threads, done) =>
      this.#confirmations.submit(busyText(target, threads), BUSY_DEADLINE_US, (failure, rows) =>
        done(failure === null ? (rows as [number][]).map(([id]) => id) : null),
      )
    const pool = (setup: ConnectionSetup, cutShort?: (threadId: number) => void) =>
      new ConnectionPool(clientEndpoint(target), { ...setup, told }, options.dataConnections, cutShort, busy)
    // The server does not notice that nobody waits any more before it has done the statement.
    const kill = (threadId: number) => this.#confirmations.submit(`KILL ${threadId}`, KILL_DEADLINE_US, () => {})
    this.#data = pool(DATA_SETUP)
    this.#sqlReads = pool(SQL_READ_SETUP, kill)
    this.#sqlWrites = pool(SQL_WRITE_SETUP, kill)
    this.#rowTimestamp = options.rowTimestamp ?? (({ counter }) => counter)
    this.#probes = new ConnectionPool(watchEndpoint(target), WATCH_SETUP, 2)
    this.#confirmations = new ConnectionPool(watchEndpoint(target), NO_SETUP, 2)
    this.#waits = new ConnectionPool(watchEndpoint(target), NO_SETUP, 2)
    this.#administrator = new Administrator(target, (sql) => options.onAdministered?.(target.node.name, sql))
  }

  call(request: { readonly kind: string }, deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending {
    const typed = request as RequestOf<MysqlRequests>
    switch (typed.kind) {
      case 'execute':
        return this.#execute(typed, deadlineUs, done)
      case 'query':
        return this.#query(typed, deadlineUs, done)
      case 'highestTimestamp':
        return highestTimestamp(this.#data, deadlineUs, done)
      case 'executed':
        return executed(this.#confirmations, deadlineUs, done)
      case 'waitFor':
        return waitFor(this.#waits, typed, deadlineUs, done)
      case 'probe':
        return probe(this.#probes, this.#target, deadlineUs, done)
      case 'confirm':
        return confirm(this.#confirmations, deadlineUs, done)
      case 'administer':
        return this.#administrator.administer(typed, deadlineUs, (outcome) => {
          const { command } = typed.action
          // It waits for other receipts now than when its clients connected.
          if (command === 'promote' || command === 'mark')
            for (const pool of [this.#data, this.#sqlReads, this.#sqlWrites]) pool.renew()
          if (outcome.kind === 'ok' && command === 'promote') this.#data.warm(KEPT_CONNECTIONS)
          done(outcome)
        })
    }
  }

  #execute(
    { statement, timestamp, operationId }: MysqlRequests['execute']['request'],
    deadlineUs: number,
    done: Done,
  ): Pending {
    if (statement.kind === 'keyed') return execute(this.#data, statement, timestamp, deadlineUs, done)
    const rowTimestamp = timestamp === null ? null : this.#rowTimestamp(timestamp)
    const executed = (outcome: Outcome<unknown>) => done(withTold(outcome as Outcome<Executed>, this.#sqlWrites))
    if (operationId === null)
      return this.#sqlWrites.submit(() => change(statement, rowTimestamp), deadlineUs, concluded(executed))
    const once = { operationId, timestamp, rowTimestamp }
    return this.#sqlWrites.submit(
      () => changeOnce(statement, once),
      deadlineUs,
      concluded((outcome) => {
        if (outcome.kind === 'ok' && ++this.#operations % FORGET_EVERY === 0)
          this.#sqlWrites.submit(FORGET, deadlineUs, () => {})
        executed(outcome)
      }),
    )
  }

  #query(request: MysqlRequests['query']['request'], deadlineUs: number, done: Done): Pending {
    const { statement } = request
    if (statement.kind === 'keyed') return query(this.#data, statement, request, deadlineUs, done)
    return this.#sqlReads.submit(
      () => show(statement, request),
      deadlineUs,
      concluded((outcome) => done(withTold(outcome, this.#sqlReads))),
    )
  }

  /**
   * Open the connections that the first probe and the first wait would otherwise pay for: the first handshake with an
   * account costs the server a key exchange. Settles when each is open or has failed; failing is no error here.
   */
  async greet(deadlineUs: number): Promise<void> {
    await Promise.all(
      [this.#probes, this.#confirmations, this.#waits, this.#data].map(
        (pool) => new Promise<void>((resolve) => pool.submit('DO 0', deadlineUs, () => resolve())),
      ),
    )
  }

  close(): void {
    for (const pool of [this.#data, this.#sqlReads, this.#sqlWrites, this.#probes, this.#confirmations, this.#waits])
      pool.close()
    this.#administrator.close()
  }
}

/** An exchange says itself what it came to, unless it was cut short. */
function concluded(done: (outcome: Outcome<unknown>) => void): StatementDone {
  return (failure, outcome) => done(failure ?? (outcome as Outcome<unknown>))
}
