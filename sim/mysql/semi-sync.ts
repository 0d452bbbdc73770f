/**
 * Semi-synchronous replication, the source's side (AFTER_SYNC, no timeout, wait_no_replica=ON): a group is committed
 * when `k` replicas have said that it is in their relay logs.
 *
 * The trap [ran]: switched off while clients wait, it lets them pass. They are answered OK for rows no replica has,
 * which is why a fence cuts the clients off first.
 */
export class SemiSync {
  enabled = false
  /** rpl_semi_sync_source_wait_for_replica_count */
  k = 1
  /** How far each replica has confirmed the binlog: a position, by replica name. */
  readonly #receipts = new Map<string, number>()

  receipt(replica: string, end: number): void {
    if (end > (this.#receipts.get(replica) ?? 0)) this.#receipts.set(replica, end)
  }

  satisfied(end: number): boolean {
    if (!this.enabled) return true
    let holders = 0
    for (const received of this.#receipts.values()) if (received >= end) holders++
    return holders >= this.k
  }
}
