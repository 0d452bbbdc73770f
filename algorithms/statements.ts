/**
 * What a client may want done, and what comes of it. The workloads' operations are numbers, which both worlds can carry
 * out and the checks can judge; everybody else sends SQL, which only a real server understands.
 */

import type { Gtid, GtidSet } from './gtid-set.ts'
import type { Timestamp } from './timestamps/timestamp.ts'

/**
 * STRONG: writes are held by their quorum, reads are linearizable. SESSION: writes as STRONG, reads show what their
 * session has written and read before. EVENTUAL: writes are on the source, reads as stale as their replica.
 */
export type Consistency = 'STRONG' | 'SESSION' | 'EVENTUAL'

/** What SQL can say of a statement before it runs (real/mysql/statement-class.ts finds out). */
export type SqlClass = 'read' | 'write' | 'ddl'

/** As JSON carries it. A number beyond 2^53-1, a decimal and a date are text; bytes are `0x` and hexadecimal digits. */
export type SqlValue = string | number | boolean | null

/** A workload's: a write inserts row `op` of `key` (and perhaps further ones), a read shows the newest row of `key`. */
export interface KeyedStatement {
  readonly kind: 'keyed'
  readonly op: number
  readonly key: number
  /** A write: keys of further rows, a statement each, before the one commit; their numbers follow `op`. Absent: none. */
  readonly moreKeys?: readonly number[]
  /** A write: what each of its rows carries beside its numbers. Absent: nothing. */
  readonly payloadBytes?: number
}

export interface SqlStatement {
  readonly kind: 'sql'
  /** One statement, with a `?` for each parameter. */
  readonly text: string
  readonly parameters: readonly SqlValue[]
  readonly class: SqlClass
}

export type Statement = KeyedStatement | SqlStatement

/** A row of the workload's table, as a read sees it. */
export interface RowValue {
  readonly op: number
  readonly timestamp: Timestamp | null
}

/** What an SQL write says of itself. */
export interface WriteResult {
  readonly rowsAffected: number
  /** The first AUTO_INCREMENT value it made; 0: none. */
  readonly insertId: number | string
  /** What it showed besides, as ANALYZE TABLE does; mostly null. */
  readonly rows: Rows | null
}

/** What came of a write. */
export interface Executed {
  /** Of its transaction, from the OK packet; null: SQL that changed nothing. */
  readonly gtid: Gtid | null
  /** Beside a null `gtid`: gtid_executed, read on the same connection afterwards. What it saw is among it. */
  readonly executed: GtidSet | null
  /** Of SQL. */
  readonly result: WriteResult | null
  /** Its operation had been done before, with this timestamp, and came to `result`; null: it was done now. */
  readonly repeats: { readonly timestamp: Timestamp | null } | null
}

/** What an SQL read shows. Columns may have one name twice: rows are lists. */
export interface Rows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/** How far behind the source an EVENTUAL read's server was, by its last probe. */
export interface Staleness {
  /** Transactions of the source that it had not applied. */
  readonly lagTransactions: number
  /** Since it last heard from the source; null: never, or it is the source. */
  readonly fedAgeUs: number | null
  /** How old the probe is that says so. */
  readonly probeAgeUs: number
}
