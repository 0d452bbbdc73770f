/**
 * The commit pipeline of one server (sync_binlog=1, binlog_order_commits=ON), in MySQL's three stages:
 *
 *   flush   whoever waits is taken as a group and written to the binlog, in order: from here on a crash keeps it
 *   sync    one fsync for the group; while it lasts, the next group gathers. Then dump threads may send it
 *   commit  in order: with semi-sync the whole group waits for its receipts here (AFTER_SYNC), then it becomes
 *           visible and is answered. The next group may sync meanwhile, not overtake.
 */
import type { RandomStream } from '../../scenarios/chance/random.ts'
import { Fifo } from '../kernel/fifo.ts'
import { EVENT, type Kernel } from '../kernel/kernel.ts'
import type { Life } from '../kernel/process.ts'
import type { MysqlCosts } from './costs.ts'
import { DiskGate } from './disk-gate.ts'
import type { MysqlData } from './durable-data.ts'
import { bytesOf, type Transaction } from './transaction.ts'

/** A transaction that is ready to commit: a client's statement or an applier worker's. */
export interface Committer {
  /** Called when its group is written: now it gets its GTID. */
  write(): Transaction
  /** It is visible. */
  committed(transaction: Transaction): void
}

/** What the pipeline tells its server. */
export interface CommitListener {
  /** The binlog is synced up to here. */
  synced(end: number): void
  /** May everything before `end` be committed? False: ask again by `proceed()` when that may have changed. */
  mayCommit(end: number): boolean
  /** A group became visible. */
  groupCommitted(): void
}

export class GroupCommit {
  readonly #kernel: Kernel
  readonly #life: Life
  readonly #costs: MysqlCosts
  readonly #data: MysqlData
  readonly #listener: CommitListener
  /** A fault's extra time per fsync. */
  extraSyncUs = 0
  /** What is to be made durable. */
  readonly disk: DiskGate
  readonly #stream: RandomStream
  /** All that entered and are not visible yet, in order: those that are written first, the gathering ones behind. */
  readonly #committers = new Fifo<Committer>()
  #written = 0
  #isSyncing = false
  /** Binlog position behind which nothing is certain to be on disk. */
  syncedEnd: number
  /** Binlog position behind the last transaction of each group that is synced and not yet visible, oldest first. */
  readonly #syncedEnds = new Fifo<number>()

  constructor(kernel: Kernel, life: Life, costs: MysqlCosts, data: MysqlData, listener: CommitListener) {
    this.#kernel = kernel
    this.#life = life
    this.#costs = costs
    this.#data = data
    this.#listener = listener
    this.disk = new DiskGate(kernel, life)
    this.syncedEnd = data.binlog.length
    this.#stream = kernel.streams.stream(`fsync:${life.process.name}`)
  }

  enter(committer: Committer): void {
    this.#committers.push(committer)
    if (!this.#isSyncing) this.#flush()
  }

  #flush(): void {
    if (!this.disk.isOpen) {
      // InnoDB syncs its log before anything is written to the binlog: nothing of the group is anywhere yet.
      this.#isSyncing = true
      this.disk.wait(() => this.#write())
    } else this.#write()
  }

  #write(): void {
    const committers = this.#committers
    let bytes = 0
    while (this.#written < committers.length) {
      const transaction = committers.at(this.#written++).write()
      bytes += bytesOf(transaction)
      this.#data.write(transaction)
    }
    this.#isSyncing = true
    const bytesUs = bytes === 0 ? 0 : Math.round(bytes * this.#costs.syncByteUs)
    const syncUs = this.#costs.fsync.sample(this.#stream) + this.extraSyncUs + bytesUs
    this.#kernel.queue.after(syncUs, GroupCommit.#groupSynced, this)
  }

  static #groupSynced(this: void, pipeline: GroupCommit): void {
    if (pipeline.#life.holdsBack(GroupCommit.#groupSynced, pipeline)) return
    const kernel = pipeline.#kernel
    const end = pipeline.#data.binlog.length
    kernel.hash.mix(kernel.queue.now, EVENT.synced, pipeline.#life.process.index, end)
    pipeline.syncedEnd = end
    pipeline.#syncedEnds.push(end)
    pipeline.#isSyncing = false
    pipeline.#listener.synced(end)
    pipeline.proceed()
    if (pipeline.#committers.length > pipeline.#written && !pipeline.#isSyncing) pipeline.#flush()
  }

  /** Commit every synced group that may be. */
  proceed(): void {
    const data = this.#data
    while (this.#syncedEnds.length > 0 && this.#listener.mayCommit(this.#syncedEnds.at(0))) {
      const end = this.#syncedEnds.shift()
      // All of the group is visible before anybody is told.
      const first = data.committed
      while (data.committed < end) data.commitNext()
      for (let i = first; i < end; i++) {
        this.#written--
        this.#committers.shift().committed(data.binlog[i]!)
      }
      this.#listener.groupCommitted()
    }
  }
}
