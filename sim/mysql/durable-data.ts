/**
 * What a MySQL server has on disk, and so keeps when its process is killed: everything that was *written*, fsynced or
 * not, because the page cache belongs to the machine. A power loss takes what was not synced: binlog and InnoDB are
 * synced at each commit (sync_binlog=1, innodb_flush_log_at_trx_commit=1), the relay log only every 10,000 events
 * (sync_relay_log), so of that anything may be gone that was received and not applied.
 *
 * The binlog decides. A transaction that was written there when the process died is committed by the recovery, even
 * if its client was never answered and no replica ever saw it: those are the extras of a source that comes back.
 * The relay log is kept because relay_log_recovery is OFF.
 */
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { GtidLedger } from './gtid-ledger.ts'
import { Table } from './table.ts'
import type { Transaction } from './transaction.ts'

/** CHANGE REPLICATION SOURCE TO, as stored. */
interface Channel {
  readonly source: string
  /** `drain` has CONNECTION_ADMIN: offline_mode does not keep it out. */
  readonly account: 'plain' | 'drain'
  readonly heartbeatUs: number
}

/** MySQL's default: the relay log is synced after so many events. */
const SYNC_RELAY_LOG = 10_000

export class MysqlData {
  readonly uuid: string
  readonly executed: GtidLedger = new GtidLedger()
  /** RECEIVED_TRANSACTION_SET of the channel: what came into the relay log since it was last emptied. */
  readonly retrieved: GtidLedger = new GtidLedger()
  /** executed and retrieved together, kept up to date because it is asked for all the time. */
  readonly held: GtidLedger = new GtidLedger()
  table: Table = new Table()
  /** All that was written, in commit order; the first `committed` of them are in the storage engine too. */
  readonly binlog: Transaction[] = []
  committed = 0
  /** Committed by whoever this data was cloned from, or purged since: in no binlog here, cannot be sent to anybody. */
  purged: GtidSet
  /** Received and perhaps not applied, oldest first. */
  relayLog: Transaction[] = []
  channel: Channel | null = null
  /** A local row: written with sql_log_bin=0. */
  promised = 0
  nextNumber = 1

  constructor(uuid: string, purged: GtidSet = new MutableGtidSet()) {
    this.uuid = uuid
    this.purged = purged
  }

  write(transaction: Transaction): void {
    this.binlog.push(transaction)
  }

  /** The oldest transaction that is written and not committed becomes visible. */
  commitNext(): Transaction {
    const transaction = this.binlog[this.committed++]!
    this.executed.add(transaction.gtid)
    this.held.add(transaction.gtid)
    if (transaction.row !== null) this.table.insert(transaction.key, transaction.row)
    const { more } = transaction
    if (more === undefined) return transaction
    for (const { key, row } of more.rows) this.table.insert(key, row)
    if (more.others !== undefined) this.table.insertOther(more.others.id)
    return transaction
  }

  receive(transaction: Transaction): void {
    this.relayLog.push(transaction)
    this.retrieved.add(transaction.gtid)
    this.held.add(transaction.gtid)
  }

  /** PURGE BINARY LOGS of the first `count` transactions. */
  purge(count: number): void {
    const gone = MutableGtidSet.of(...this.binlog.slice(0, count).map(({ gtid }) => gtid))
    this.purged = this.purged.union(gone)
  }

  /** Relay log files deleted: what was received and not applied is gone. */
  dropRelayLog(): void {
    this.relayLog = []
    this.retrieved.replace(new MutableGtidSet())
    this.held.replace(this.executed.live.clone())
  }

  /** `synced`: how much of the binlog is on disk. `keptShare`: of the relay log's unsynced end, as chance will have it. */
  losePower(synced: number, keptShare: number): void {
    this.binlog.length = synced
    const certain = Math.max(0, this.relayLog.length - SYNC_RELAY_LOG)
    const kept = certain + Math.floor((this.relayLog.length - certain) * keptShare)
    const lost = MutableGtidSet.of(...this.relayLog.splice(kept).map(({ gtid }) => gtid))
    this.retrieved.replace(this.retrieved.live.minus(lost))
    this.held.replace(this.executed.live.union(this.retrieved.live))
  }

  /** The start of mysqld: commits what the binlog has, drops what is applied from the relay log. */
  recover(): void {
    while (this.committed < this.binlog.length) this.commitNext()
    const executed = this.executed.live
    this.relayLog = this.relayLog.filter(({ gtid }) => !executed.has(gtid))
    this.nextNumber = executed.highest(this.uuid) + 1
  }

  /** The clone plugin: tables and gtid_executed come along (the promise is a row), binlogs and relay logs do not. */
  cloneAs(uuid: string): MysqlData {
    const copy = new MysqlData(uuid, this.executed.live.clone())
    copy.executed.replace(this.executed.live.clone())
    copy.held.replace(this.executed.live.clone())
    copy.table = this.table.clone()
    copy.promised = this.promised
    return copy
  }
}
