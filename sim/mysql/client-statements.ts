/** The workload's statements on one server: an autocommit INSERT, and a read of the newest row of a key. */
import type { Gtid } from '../../algorithms/gtid-set.ts'
import { mysqlWhy } from '../../algorithms/reasons/mysql-errors.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { MysqlRequests, RequestOf } from '../../algorithms/servers.ts'
import type { KeyedStatement, RowValue } from '../../algorithms/statements.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import type { Told } from '../../algorithms/told.ts'
import type { Call } from '../kernel/call.ts'
import { ClientTransaction } from './client-transaction.ts'
import type { Committer } from './group-commit.ts'
import type { MysqlInstance } from './instance.ts'
import type { Transaction } from './transaction.ts'

type Execute = Extract<RequestOf<MysqlRequests>, { kind: 'execute' }>
type Query = Extract<RequestOf<MysqlRequests>, { kind: 'query' }>

/** The model's tables hold rows of keys: it knows the workloads' statements, and no SQL. */
const NO_SQL: Why = { code: 'statement-refused', errno: 1235, sqlState: '42000', message: 'the simulator has no SQL' }

const OFFLINE = mysqlWhy(3032)
const READ_ONLY = mysqlWhy(1290)
const DUPLICATE = mysqlWhy(1062)

export function execute(server: MysqlInstance, call: Call): void {
  if (server.offline) {
    call.refuse(OFFLINE)
    return
  }
  const request = call.request as Execute
  const { statement, timestamp } = request
  if (statement.kind === 'sql') call.refuse(NO_SQL)
  else if (statement.moreKeys === undefined) new Insert(server, call, statement, timestamp).start()
  else new ClientTransaction(server, call, statement, timestamp).start()
}

/** INSERT of one operation: processor time, then the commit pipeline, then the OK packet with its GTID. */
class Insert implements Committer {
  readonly #server: MysqlInstance
  readonly #call: Call
  readonly #statement: KeyedStatement
  readonly #timestamp: Timestamp | null
  readonly #told: Told

  constructor(server: MysqlInstance, call: Call, statement: KeyedStatement, timestamp: Timestamp | null) {
    this.#server = server
    this.#call = call
    this.#statement = statement
    this.#timestamp = timestamp
    this.#told = server.told()
  }

  /** Again, when it had to wait for a lock. */
  start(): void {
    const server = this.#server
    if (!this.#call.isOpen || !server.statements.beginWrite(this)) return
    if (server.readOnly) this.#refuse(READ_ONLY)
    else server.cpu.run(server.costs.insert.sample(server.stream), Insert.#worked, this)
  }

  #refuse(why: Why): void {
    this.#server.statements.endWrite()
    this.#server.statements.writesMoved()
    this.#call.refuse(why)
  }

  static #worked(this: void, insert: Insert): void {
    const server = insert.#server
    const { op } = insert.#statement
    // Cut off (offline_mode) before its commit: rolled back.
    if (!insert.#call.isOpen) insert.#refuse({ code: 'connection-lost' })
    else if (server.readOnly) insert.#refuse(READ_ONLY)
    else if (server.claimed.has(op) || server.data.table.has(op)) insert.#refuse(DUPLICATE)
    else {
      server.claimed.add(op)
      server.pipeline.enter(insert)
    }
  }

  write(): Transaction {
    const { data, kernel } = this.#server
    const { op, key } = this.#statement
    const gtid: Gtid = { uuid: data.uuid, number: data.nextNumber++ }
    const row: RowValue = { op, timestamp: this.#timestamp }
    return { gtid, key, row, originalUs: kernel.queue.now }
  }

  committed({ gtid }: Transaction): void {
    this.#server.claimed.delete(this.#statement.op)
    this.#server.statements.endWrite()
    this.#call.answer({ gtid, executed: null, result: null, repeats: null, told: this.#told })
  }
}

export function query(server: MysqlInstance, call: Call): void {
  if (server.offline) {
    call.refuse(OFFLINE)
    return
  }
  const { statement, after } = call.request as Query
  if (statement.kind === 'sql') {
    call.refuse(NO_SQL)
    return
  }
  if (after === null || server.data.executed.live.covers(after)) readSoon(call, true, server)
  else server.appliedWaiters.add(call, after, readSoon, null)
}

function readSoon(call: Call, _covered: boolean, server: MysqlInstance): void {
  server.cpu.run(server.costs.read.sample(server.stream), readRow, { server, call })
}

function readRow({ server, call }: { readonly server: MysqlInstance; readonly call: Call }): void {
  const { statement, wantExecuted } = call.request as Query
  const value = server.data.table.newest((statement as KeyedStatement).key)
  call.answer({
    value,
    rows: null,
    executed: wantExecuted ? server.data.executed.snapshot() : null,
    told: server.told(),
  })
}
