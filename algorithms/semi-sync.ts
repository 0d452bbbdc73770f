/** How a source's semi-synchronous replication is set: MySQL's own settings of its plug-in. */
export interface SemiSyncSettings {
  /**
   * rpl_semi_sync_source_timeout: a commit waits so long for its receipts. Then the source answers on its own word and
   * replicates asynchronously until enough replicas have caught up. `never`: it waits.
   */
  readonly timeoutUs: number | 'never'
  /** rpl_semi_sync_source_wait_for_replica_count; `quorum`: the epoch's k. */
  readonly waitForReplicas: number | 'quorum'
  /** rpl_semi_sync_source_wait_no_replica; false: with fewer replicas connected than it waits for, it does not wait. */
  readonly waitNoReplica: boolean
}

/** The only settings under which an answer says what it seems to say: a finite timeout answers for rows no replica has. */
export const STRICT_SEMI_SYNC: SemiSyncSettings = { timeoutUs: 'never', waitForReplicas: 'quorum', waitNoReplica: true }

/** For how many receipts a commit waits in an epoch of this k; 0: semi-sync stays off. */
export function receiptsAwaited({ waitForReplicas }: SemiSyncSettings, k: number): number {
  return waitForReplicas === 'quorum' ? k : waitForReplicas
}
