/**
 * A client's SQL on one server. What the classifier calls a read runs on connections that are read-only, on the source
 * too: whatever it missed ends there with error 1792. What changes something runs on others, one transaction each, and
 * the answer carries its GTID.
 */
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { MysqlRequests, ReplyOf } from '../../algorithms/servers.ts'
import type { Executed, SqlStatement } from '../../algorithms/statements.ts'
import { executedOf, gtidOf, resultOf, rowsOf, timestampText } from './answers.ts'
import { type ConnectionSetup, NO_SETUP } from './connection.ts'
import { waitText } from './data.ts'
import { type Exchange, step } from './exchange.ts'
import { sqlFailure } from './failure.ts'
import { EXECUTED } from './state.ts'

/** One statement each, whatever its text says; and nobody waits for a lock until the coordinator has lost its patience. */
const SQL_SETUP: ConnectionSetup = { ...NO_SETUP, database: 'testdb', severalStatements: false }
const LOCK_WAITS = 'lock_wait_timeout = 5, innodb_lock_wait_timeout = 5'
export const SQL_READ_SETUP: ConnectionSetup = {
  ...SQL_SETUP,
  sql: `SET SESSION transaction_read_only = ON, ${LOCK_WAITS}`,
}
export const SQL_WRITE_SETUP: ConnectionSetup = {
  ...SQL_SETUP,
  sql: `SET SESSION session_track_gtids = OWN_GTID, ${LOCK_WAITS}`,
}

/** What the read-only connections say of a statement that writes. */
const WRITES_AFTER_ALL = 1792

/** `timestamp`: as the rows' own column holds it, by their triggers. */
export function* change(statement: SqlStatement, timestamp: number | null): Exchange<Executed> {
  const changed = yield step(statement.text, statement.parameters, timestampText(timestamp))
  if (changed.error !== null) return sqlFailure(changed.error)
  const result = resultOf(changed)
  const gtid = gtidOf(changed)
  if (gtid === null) return unknown({ code: 'no-gtid' })
  if (gtid !== undefined) return { kind: 'ok', reply: { gtid, executed: null, result, repeats: null } }
  const executed = executedOf(yield step(EXECUTED))
  if (executed === null) return unknown({ code: 'no-gtid' })
  return { kind: 'ok', reply: { gtid: null, executed, result, repeats: null } }
}

/** First the wait, then the data, then (never before it) the GTIDs. */
export function* show(
  statement: SqlStatement,
  { after, waitUs, wantExecuted }: MysqlRequests['query']['request'],
): Exchange<Omit<ReplyOf<MysqlRequests, 'query'>, 'told'>> {
  if (after !== null) {
    const waited = yield step(waitText(after.toString(), waitUs))
    if (waited.error !== null) return sqlFailure(waited.error)
    if ((waited.result as unknown[][])[0]![0] !== 0) return failed({ code: 'not-caught-up' })
  }
  const shown = yield step(statement.text, statement.parameters)
  if (shown.error?.errno === WRITES_AFTER_ALL)
    return failed({ code: 'statement-refused', ...shown.error, message: 'it was taken for a read, and it writes' })
  if (shown.error !== null) return sqlFailure(shown.error)
  const rows = rowsOf(shown)
  if (!wantExecuted) return { kind: 'ok', reply: { value: null, rows, executed: null } }
  const executed = executedOf(yield step(EXECUTED))
  return executed === null ? failed({ code: 'no-gtid' }) : { kind: 'ok', reply: { value: null, rows, executed } }
}
