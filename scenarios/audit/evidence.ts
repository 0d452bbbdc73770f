/**
 * What an audit goes by: what clients were told, and what mysqld's own files and tables say. Nothing here comes from a
 * coordinator or from the trace, so an audit can convict both.
 */
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { Consistency } from '../../algorithms/statements.ts'
import type { Operation } from '../record.ts'
import type { TransactionContents } from './contents.ts'

/** A write as its client knows it: what it was told, and by which GTID. */
export interface Claim {
  readonly op: number
  /** Its rows are numbered from `op` on. */
  readonly rows: number
  readonly consistency: Consistency
  readonly outcome: 'ok' | 'failed' | 'unknown'
  readonly gtid: { readonly uuid: string; readonly number: number } | null
}

/** A row of quorumlab.epoch: one source's time, as its first transaction wrote it into every server. */
export interface ReignRow {
  readonly epoch: number
  readonly k: number
  /** Null in a row that only lowers k. */
  readonly sourceUuid: string | null
  /** The highest number that the source's uuid had used when the epoch began. */
  readonly base: number | null
}

/** One server_uuid's time on a server: a rebuild ends it, and begins another. */
export interface Identity {
  /** Null: it is not written down any more. */
  readonly uuid: string | null
  /** False: its data was thrown away by a rebuild; the binlogs were kept. */
  readonly isCurrent: boolean
  /** From before its first binlog: purged, or come with a clone. Null: it cannot be read. */
  readonly before: GtidSet | null
  /** Whole transactions in its binlogs. */
  readonly logged: GtidSet
  /** Of those: written by another server than the one that reigned at that point of the log. */
  readonly outOfReign: GtidSet
  /** Transactions whose content here is another than on the server that was read first. */
  readonly differing: readonly DifferingTransaction[]
}

export interface DifferingTransaction {
  readonly gtid: string
  /** Where it was read first. */
  readonly elsewhere: string
  /** Numbers of the operations whose rows it holds, here and there. */
  readonly ops: readonly number[]
  readonly opsElsewhere: readonly number[]
}

/** What was kept of transactions that a rebuild was about to throw away. */
export interface KeptExtras {
  readonly gtids: GtidSet
  readonly path: string
  /** Those of them that are in the file or folder, which was read. */
  readonly found: number
}

export interface AuditedServer {
  readonly node: string
  /** Null: it does not answer, and only its files were read. */
  readonly tables: {
    readonly uuid: string
    readonly executed: GtidSet
    /** Numbers of all rows in the workload's table. */
    readonly ops: ReadonlySet<number>
    readonly reigns: readonly ReignRow[]
    /** Its receiver runs, by MySQL's own word. */
    readonly follows: boolean
  } | null
  /** Why `tables` or a part of the binlogs could not be read, in words; null: all was. */
  readonly unread: string | null
  /** Oldest first. */
  readonly identities: readonly Identity[]
  readonly kept: readonly KeptExtras[]
}

export interface AuditEvidence {
  /** In member order. */
  readonly servers: readonly AuditedServer[]
  readonly contents: TransactionContents
}

/** Of all tables on servers that follow, in moments in which all of them stood at the same transactions. */
export interface TableComparison {
  /** The source first. */
  readonly nodes: readonly string[]
  readonly tables: number
  /** In all of them, on the source. */
  readonly rows: number
  readonly differing: readonly DifferingTable[]
  /** Why nothing was compared; null: it was. */
  readonly why: string | null
}

export interface DifferingTable {
  readonly table: string
  readonly node: string
  /** Null: there is no such table. */
  readonly rows: number | null
  readonly rowsOnSource: number | null
  /** Primary keys, a few: of rows that only the source has, that only this server has, and that are not the same. */
  readonly lacks: readonly string[]
  readonly more: readonly string[]
  readonly other: readonly string[]
}

/** Of the writes that were sent. */
export function claimsOf(operations: readonly Operation[]): readonly Claim[] {
  return operations.flatMap(({ op, kind, moreKeys = [], consistency, outcome, gtid }) =>
    kind === 'write' && outcome !== 'unsent' ? [{ op, rows: 1 + moreKeys.length, consistency, outcome, gtid }] : [],
  )
}
