/** How long a server gets for one statement. A workload's rows are found at once; what a client asks for may take time. */
import type { Statement } from '../statements.ts'
import type { Tuning } from './tuning.ts'

/** A little less than callers of a coordinator usually wait. */
const SQL_US = 7_000_000
/** It rebuilds a table, perhaps. */
const DDL_US = 60_000_000

export function statementDeadlineUs(statement: Statement, { statementTimeoutUs }: Tuning): number {
  if (statement.kind === 'keyed') return statementTimeoutUs
  return Math.max(statementTimeoutUs, statement.class === 'ddl' ? DDL_US : SQL_US)
}
