/**
 * The commit pipeline of one server (sync_binlog=1, binlog_order_commits=ON), in MySQL's three stages:
 *
 *   flush   whoever waits is taken as a group and written to the binlog, in order: from here on a crash keeps it
 *   sync    one fsync for the group; while it lasts, the next group gathers. Then dump threads may send it
 *   commit  in order: with semi-sync the whole group waits for its receipts here (AFTER_SYNC), then it becomes
 *           visible and is answered. The next group may sync meanwhile, not overtake.
 */
import type { RandomStream } from '../../scenarios/random.ts'
import { EVENT, type Kernel } from '../kernel.ts'
import type { Life } from '../process.ts'
import type { MysqlCosts } from './costs.ts'
import type { MysqlData } from './data.ts'
import type { Transaction } from './transaction.ts'

/** A transaction that is ready to commit: a client's statement or an applier worker's. */
export interface Committer {
  /** Called when its group is written: now it gets its GTID. */
  write(): Transaction
  /** It is visible. */
  committed(transaction: Transaction): void
}

interface Group {
  readonly committers: readonly Committer[]
  /** Binlog position behind its last transaction. */
  readonly end: number
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
  readonly #stream: RandomStream
  #gathering: Committer[] = []
  /** Written, and its fsync under way. */
  #syncing: readonly Committer[] | null = null
  /** Synced and not yet visible, oldest first. */
  readonly #synced: Group[] = []

  constructor(kernel: Kernel, life: Life, costs: MysqlCosts, data: MysqlData, listener: CommitListener) {
    this.#kernel = kernel
    this.#life = life
    this.#costs = costs
    this.#data = data
    this.#listener = listener
    this.#stream = kernel.streams.stream(`fsync:${life.process.name}`)
  }

  /** Binlog position behind which nothing is certain to be on disk. */
  get syncedEnd(): number {
    return this.#data.binlog.length - (this.#syncing?.length ?? 0)
  }

  enter(committer: Committer): void {
    this.#gathering.push(committer)
    if (this.#syncing === null) this.#flush()
  }

  #flush(): void {
    const group = this.#gathering
    this.#gathering = []
    for (const committer of group) this.#data.write(committer.write())
    this.#syncing = group
    const syncUs = this.#costs.fsync.sample(this.#stream) + this.extraSyncUs
    this.#kernel.queue.after(syncUs, GroupCommit.#groupSynced, this)
  }

  static #groupSynced(this: void, pipeline: GroupCommit): void {
    if (pipeline.#life.holdsBack(GroupCommit.#groupSynced, pipeline)) return
    const kernel = pipeline.#kernel
    const end = pipeline.#data.binlog.length
    kernel.hash.mix(kernel.queue.now, EVENT.synced, pipeline.#life.process.index, end)
    pipeline.#synced.push({ committers: pipeline.#syncing!, end })
    pipeline.#syncing = null
    pipeline.#listener.synced(end)
    pipeline.proceed()
    if (pipeline.#gathering.length > 0 && pipeline.#syncing === null) pipeline.#flush()
  }

  /** Commit every synced group that may be. */
  proceed(): void {
    const data = this.#data
    while (this.#synced.length > 0 && this.#listener.mayCommit(this.#synced[0]!.end)) {
      const { committers, end } = this.#synced.shift()!
      // All of the group is visible before anybody is told.
      const first = data.committed
      while (data.committed < end) data.commitNext()
      for (let i = 0; i < committers.length; i++) committers[i]!.committed(data.binlog[first + i]!)
      this.#listener.groupCommitted()
    }
  }
}
