/**
 * The replica's SQL thread: workers take transactions from the relay log in parallel (rows of different operations
 * never conflict) and commit in the source's order (replica_preserve_commit_order=ON), through the replica's own
 * commit pipeline, because its binlog has all of it too. What is executed already is skipped by its GTID.
 */
import { Fifo } from '../kernel/fifo.ts'
import type { Committer } from './group-commit.ts'
import type { MysqlInstance } from './instance.ts'
import { type Transaction, workUs } from './transaction.ts'

const DUPLICATE_KEY = 1062

export class Applier {
  /** Of the error that it stopped at by itself. */
  errno: number | null = null
  readonly #replica: MysqlInstance
  /** In source order. The first `#committing` of them are in the commit pipeline. */
  readonly #working = new Fifo<Work>()
  #committing = 0
  /** Next position of the relay log to give to a worker. */
  #next = 0
  #wanted = false
  #locked = false
  #onIdle: (() => void) | null = null

  constructor(replica: MysqlInstance) {
    this.#replica = replica
  }

  /** Stopped only when no transaction is in anybody's hands. */
  get state(): 'running' | 'stopped' {
    return this.#wanted || this.#working.length > 0 ? 'running' : 'stopped'
  }

  start(): void {
    this.errno = null
    this.#wanted = true
    this.wake()
  }

  /** Ends when the transactions in hand are applied: behind a table lock that may take for ever [ran]. */
  stop(done: () => void): void {
    this.#wanted = false
    if (this.#working.length === 0) done()
    else this.#onIdle = done
  }

  get isLocked(): boolean {
    return this.#locked
  }

  /** LOCK TABLES by another session: workers stand still before they commit. */
  lock(): void {
    this.#locked = true
  }

  unlock(): void {
    this.#locked = false
    this.#commitReady()
  }

  /** The relay log is gone (and the applier stopped). */
  relayLogDropped(): void {
    this.#next = 0
  }

  wake(): void {
    if (!this.#wanted) return
    const replica = this.#replica
    const { data, costs } = replica
    const working = this.#working
    while (working.length < costs.applierWorkers && this.#next < data.relayLog.length) {
      const transaction = data.relayLog[this.#next++]!
      if (data.executed.live.has(transaction.gtid)) continue
      const work = new Work(this, transaction)
      working.push(work)
      replica.cpu.run(
        workUs(transaction, () => costs.apply.sample(replica.stream), costs.applyByteUs),
        applied,
        work,
      )
    }
    if (this.#next >= 1024 && this.#next === data.relayLog.length) {
      // Applied relay log files are purged. Those in the workers' hands must stay: a crash starts from them.
      data.relayLog = working.toArray().map(({ transaction }) => transaction)
      this.#next = data.relayLog.length
    }
  }

  ready(work: Work): void {
    const { row, more } = work.transaction
    const { table } = this.#replica.data
    const twice = row !== null && table.has(row.op) ? row : more?.rows.find((one) => table.has(one.row.op))?.row
    const other = more?.others !== undefined && table.hasOther(more.others.id)
    if (twice !== undefined || other) {
      // A row with this key is here already, and came by another way.
      this.#fail(work, DUPLICATE_KEY)
      return
    }
    work.ready = true
    this.#commitReady()
  }

  #commitReady(): void {
    if (this.#locked) return
    const working = this.#working
    while (this.#committing < working.length && working.at(this.#committing).ready)
      this.#replica.pipeline.enter(working.at(this.#committing++))
  }

  committed(transaction: Transaction): void {
    this.#working.shift()
    this.#committing--
    this.#replica.applied(transaction)
    if (this.#working.length === 0 && this.#onIdle !== null) {
      const done = this.#onIdle
      this.#onIdle = null
      done()
    }
    this.wake()
  }

  /** The failed transaction and those after it are rolled back; they stay in the relay log. */
  #fail(work: Work, errno: number): void {
    const from = this.#working.toArray().indexOf(work)
    if (from < 0) return
    this.#working.truncate(from)
    this.#next = this.#replica.data.relayLog.indexOf(work.transaction)
    this.#wanted = false
    this.errno = errno
  }
}

class Work implements Committer {
  readonly applier: Applier
  readonly transaction: Transaction
  ready = false

  constructor(applier: Applier, transaction: Transaction) {
    this.applier = applier
    this.transaction = transaction
  }

  write(): Transaction {
    return this.transaction
  }

  committed(transaction: Transaction): void {
    this.applier.committed(transaction)
  }
}

function applied(work: Work): void {
  work.applier.ready(work)
}
