/** One transaction, as binlogs and relay logs hold it. Immutable, so all servers share the one object. */
import type { Gtid } from '../../algorithms/gtid-set.ts'
import type { RowValue } from '../../algorithms/statements.ts'

export interface Transaction {
  readonly gtid: Gtid
  readonly key: number
  /** The workload's row; null for an epoch's marker, which writes to the coordinator's own table. */
  readonly row: RowValue | null
  /** original_commit_timestamp: when its source wrote it to the binlog. */
  readonly originalUs: number
}
