/**
 * What an operator's session writes on one server, whether it is the source or not: a session with SUPER is stopped by
 * super_read_only alone, and lifts that for its own statement.
 */
import type { Committer } from './group-commit.ts'
import type { MysqlInstance } from './instance.ts'
import { BULK_ROW_US, type Transaction } from './transaction.ts'

/** What a row takes in binlogs and on the wire. */
const ROW_BYTES = 100

interface Rows {
  /** Of the first of them, in a table of the operator's own. */
  readonly id: number
  readonly count: number
}

/** `rows` null: a change of a table, which writes none. */
export class OperatorWrite implements Committer {
  readonly #server: MysqlInstance
  readonly #rows: Rows | null
  /** It is committed, or was given up. */
  isOver = false

  constructor(server: MysqlInstance, rows: Rows | null) {
    this.#server = server
    this.#rows = rows
  }

  /** At once, whatever the server allows others. */
  force(): void {
    this.hold()
    this.commit()
  }

  /** Of what was begun or held. */
  commit(): void {
    this.#server.pipeline.enter(this)
  }

  /** The statement takes its time first; whoever sets super_read_only waits for it. Nothing happens where nobody may write. */
  begin(): void {
    if (!this.#server.statements.beginWrite({ start: () => this.begin() })) return
    const us = ((this.#rows?.count ?? 1) * BULK_ROW_US) | 0
    if (this.#server.superReadOnly) this.#end()
    else this.#server.cpu.run(us, OperatorWrite.#worked, this)
  }

  static #worked(this: void, write: OperatorWrite): void {
    write.commit()
  }

  /** A metadata lock: writes go on beside it, super_read_only waits. */
  hold(): void {
    this.#server.statements.joinWrites()
  }

  write(): Transaction {
    const { data, kernel } = this.#server
    const gtid = { uuid: data.uuid, number: data.nextNumber++ }
    const others = this.#rows === null ? {} : { others: this.#rows }
    const bytes = (this.#rows?.count ?? 1) * ROW_BYTES
    return { gtid, key: 0, row: null, originalUs: kernel.queue.now, more: { rows: [], bytes, ...others } }
  }

  committed(): void {
    this.#end()
  }

  #end(): void {
    this.isOver = true
    this.#server.statements.endWrite()
    this.#server.statements.writesMoved()
  }
}
