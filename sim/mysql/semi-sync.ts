/**
 * Semi-synchronous replication, the source's side (AFTER_SYNC): a group is committed when `k` replicas have said that
 * it is in their relay logs.
 *
 * Two traps. Switched off while clients wait, it lets them pass [ran]: they are answered OK for rows no replica has,
 * which is why a fence cuts the clients off first. And with a finite timeout, or with wait_no_replica=OFF, it switches
 * itself off: the plug-in stays enabled, and every commit is answered at once, until k replicas have all that is in the
 * binlog.
 */
import { type SemiSyncSettings, STRICT_SEMI_SYNC } from '../../algorithms/semi-sync.ts'
import type { EventHandle } from '../kernel/event-queue.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Life } from '../kernel/process.ts'
import type { MysqlData } from './durable-data.ts'

export class SemiSync {
  /** rpl_semi_sync_source_enabled */
  enabled = false
  /** Rpl_semi_sync_source_status: does it wait now? */
  waits = false
  /** rpl_semi_sync_source_wait_for_replica_count */
  #k = 1
  #settings: SemiSyncSettings = STRICT_SEMI_SYNC
  /** How far each replica has confirmed the binlog: a position, by replica name. */
  readonly #receipts = new Map<string, number>()
  /** Of the group that waits. */
  #timer: EventHandle = -1
  #waitingEnd = -1
  readonly #kernel: Kernel
  readonly #life: Life
  readonly #data: MysqlData
  readonly #proceed: () => void

  /** `proceed`: whoever waits may be free to go. */
  constructor(kernel: Kernel, life: Life, data: MysqlData, proceed: () => void) {
    this.#kernel = kernel
    this.#life = life
    this.#data = data
    this.#proceed = proceed
  }

  /** `connected`: replicas that are fed. Those who wait are looked at again. */
  enable(k: number, settings: SemiSyncSettings, connected: number): void {
    this.#k = k
    this.#settings = settings
    if (!this.enabled) this.waits = settings.waitNoReplica || connected >= k
    this.enabled = true
    this.#forgetTimer()
    this.#proceed()
  }

  /** Those who wait are let pass, whoever has their rows. */
  disable(): void {
    this.enabled = false
    this.#switchOff()
  }

  /** How many receipts every commit waits for; 0: none, or it may stop waiting by itself. */
  get receiptsAwaited(): number {
    const { timeoutUs, waitNoReplica } = this.#settings
    return this.enabled && timeoutUs === 'never' && waitNoReplica ? this.#k : 0
  }

  /** May everything before `end` be committed? */
  mayCommit(end: number): boolean {
    const may = !this.waits || this.#holders(end) >= this.#k
    if (may) this.#forgetTimer()
    else if (this.#waitingEnd !== end) this.#startTimer(end)
    return may
  }

  /** A source that does not wait asks only for what would let it wait again. */
  wantsReceipt(end: number): boolean {
    return this.enabled && (this.waits || end >= this.#data.binlog.length)
  }

  receipt(replica: string, end: number): void {
    if (end > (this.#receipts.get(replica) ?? 0)) this.#receipts.set(replica, end)
    if (this.enabled && !this.waits) this.waits = this.#holders(this.#data.binlog.length) >= this.#k
    this.#proceed()
  }

  /** A replica is fed no longer; `connected` are left. */
  replicaLeft(connected: number): void {
    if (this.waits && !this.#settings.waitNoReplica && connected === this.#k - 1) this.#switchOff()
  }

  #holders(end: number): number {
    let holders = 0
    for (const received of this.#receipts.values()) if (received >= end) holders++
    return holders
  }

  #switchOff(): void {
    this.waits = false
    this.#forgetTimer()
    this.#proceed()
  }

  #startTimer(end: number): void {
    this.#forgetTimer()
    this.#waitingEnd = end
    const { timeoutUs } = this.#settings
    if (timeoutUs !== 'never')
      this.#timer = this.#kernel.queue.after(timeoutUs, SemiSync.#timeIsUp, { semiSync: this, end })
  }

  #forgetTimer(): void {
    this.#kernel.queue.cancel(this.#timer)
    this.#waitingEnd = -1
  }

  static #timeIsUp(this: void, waited: { readonly semiSync: SemiSync; readonly end: number }): void {
    const { semiSync, end } = waited
    if (semiSync.#life.holdsBack(SemiSync.#timeIsUp, waited)) return
    // It may have been kept back through a pause, and have nobody to wait for now.
    if (semiSync.#waitingEnd === end) semiSync.#switchOff()
  }
}
