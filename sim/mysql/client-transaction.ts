/**
 * BEGIN, a statement for each row, COMMIT: in one text on one connection, so that nothing lies between the statements but
 * the server's own work and its locks. Each statement takes its key's lock first, and all are held until the commit.
 */
import { mysqlWhy } from '../../algorithms/reasons/mysql-errors.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { KeyedStatement } from '../../algorithms/statements.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import type { Told } from '../../algorithms/told.ts'
import type { Call } from '../kernel/call.ts'
import type { EventHandle } from '../kernel/event-queue.ts'
import type { Committer } from './group-commit.ts'
import type { MysqlInstance } from './instance.ts'
import { LOCK_WAIT_US, type LockOwner } from './key-locks.ts'
import type { Transaction, WrittenRow } from './transaction.ts'

const LOCK_WAIT_TIMEOUT = mysqlWhy(1205)
const DEADLOCK = mysqlWhy(1213)
const READ_ONLY = mysqlWhy(1290)
const DUPLICATE = mysqlWhy(1062)

export class ClientTransaction implements Committer, LockOwner {
  waitsFor: number | null = null
  readonly #server: MysqlInstance
  readonly #call: Call
  readonly #keys: readonly number[]
  readonly #firstOp: number
  readonly #payloadBytes: number
  readonly #timestamp: Timestamp | null
  readonly #told: Told
  /** Statements that are done. */
  #done = 0
  #timer: EventHandle | null = null

  constructor(
    server: MysqlInstance,
    call: Call,
    { op, key, moreKeys = [], payloadBytes = 0 }: KeyedStatement,
    timestamp: Timestamp | null,
  ) {
    this.#server = server
    this.#call = call
    this.#keys = [key, ...moreKeys]
    this.#firstOp = op
    this.#payloadBytes = payloadBytes
    this.#timestamp = timestamp
    this.#told = server.told()
  }

  /** Again, when it had to wait for a lock on everything. */
  start(): void {
    if (!this.#call.isOpen || !this.#server.statements.beginWrite(this)) return
    if (this.#server.readOnly) this.#rollBack(READ_ONLY)
    else this.#next()
  }

  #next(): void {
    const server = this.#server
    // Cut off (offline_mode) before its commit.
    if (!this.#call.isOpen) this.#rollBack({ code: 'connection-lost' })
    else if (server.readOnly) this.#rollBack(READ_ONLY)
    else if (this.#done === this.#keys.length) server.pipeline.enter(this)
    else if (this.#keys.length === 1) this.#work()
    else {
      const answer = server.keyLocks.take(this.#keys[this.#done]!, this)
      if (answer === 'taken') this.#work()
      else if (answer === 'deadlock') this.#rollBack(DEADLOCK)
      else this.#timer = server.kernel.queue.after(LOCK_WAIT_US, ClientTransaction.#waitedTooLong, this)
    }
  }

  granted(): void {
    if (this.#timer !== null) this.#server.kernel.queue.cancel(this.#timer)
    this.#timer = null
    this.#work()
  }

  static #waitedTooLong(this: void, transaction: ClientTransaction): void {
    if (transaction.#server.life.holdsBack(ClientTransaction.#waitedTooLong, transaction)) return
    transaction.#timer = null
    if (transaction.waitsFor !== null) transaction.#rollBack(LOCK_WAIT_TIMEOUT)
  }

  #work(): void {
    const { cpu, costs, stream } = this.#server
    const us = costs.insert.sample(stream) + Math.round(this.#payloadBytes * costs.insertByteUs)
    cpu.run(us, ClientTransaction.#worked, this)
  }

  static #worked(this: void, transaction: ClientTransaction): void {
    const server = transaction.#server
    const op = transaction.#firstOp + transaction.#done
    if (server.claimed.has(op) || server.data.table.has(op)) transaction.#rollBack(DUPLICATE)
    else {
      server.claimed.add(op)
      transaction.#done++
      transaction.#next()
    }
  }

  /** Nothing of it is left. */
  #rollBack(why: Why): void {
    this.#server.keyLocks.forget(this)
    this.#end()
    this.#server.statements.writesMoved()
    this.#call.refuse(why)
  }

  #end(): void {
    const server = this.#server
    for (let i = 0; i < this.#done; i++) server.claimed.delete(this.#firstOp + i)
    server.statements.endWrite()
    if (this.#keys.length > 1) server.keyLocks.release(this.#keys, this)
  }

  write(): Transaction {
    const { data, kernel } = this.#server
    const gtid = { uuid: data.uuid, number: data.nextNumber++ }
    const [first, ...moreRows] = this.#keys.map(
      (key, i): WrittenRow => ({ key, row: { op: this.#firstOp + i, timestamp: this.#timestamp } }),
    )
    const bytes = this.#payloadBytes * this.#keys.length
    return { gtid, key: first!.key, row: first!.row, originalUs: kernel.queue.now, more: { rows: moreRows, bytes } }
  }

  committed({ gtid }: Transaction): void {
    this.#end()
    this.#call.answer({ gtid, executed: null, result: null, repeats: null, told: this.#told })
  }
}
