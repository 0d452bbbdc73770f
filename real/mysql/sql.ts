/**
 * A client's SQL on one server. What the classifier calls a read runs on connections that are read-only, on the source
 * too: whatever it missed ends there with error 1792. What changes something runs on others, one transaction each, and
 * the answer carries its GTID.
 */
import { type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { MysqlRequests, ReplyOf } from '../../algorithms/servers.ts'
import type { Executed, Rows, SqlStatement, SqlValue } from '../../algorithms/statements.ts'
import { type ConnectionSetup, NO_SETUP } from './connection.ts'
import { waitText } from './data.ts'
import { type ChangeHeader, type Exchange, type StepAnswer, step } from './exchange.ts'
import { sqlFailure } from './failure.ts'
import { EXECUTED } from './state.ts'

/** One statement each, whatever its text says. */
const SQL_SETUP: ConnectionSetup = { ...NO_SETUP, database: 'testdb', severalStatements: false }
export const SQL_READ_SETUP: ConnectionSetup = { ...SQL_SETUP, sql: 'SET SESSION transaction_read_only = ON' }
export const SQL_WRITE_SETUP: ConnectionSetup = { ...SQL_SETUP, sql: 'SET SESSION session_track_gtids = OWN_GTID' }

/** What the read-only connections say of a statement that writes. */
const WRITES_AFTER_ALL = 1792

/** `timestamp`: as the rows' own column holds it, by their triggers. */
export function* change(statement: SqlStatement, timestamp: number | null): Exchange<Executed> {
  const told = yield step(`SET @quorumlab_timestamp = ${timestamp ?? 'NULL'}`)
  if (told.error !== null) return sqlFailure(told.error)
  const changed = yield step(statement.text, statement.parameters)
  if (changed.error !== null) return sqlFailure(changed.error)
  const { affectedRows, insertId, stateChanges } = changed.result as ChangeHeader
  const result = { rowsAffected: affectedRows ?? 0, insertId: insertId ?? 0 }
  const gtids = stateChanges?.gtids ?? []
  if (gtids.length > 0) {
    const gtid = newestOf(gtids.join(','))
    return gtid === null ? unknown({ code: 'no-gtid' }) : { kind: 'ok', reply: { gtid, executed: null, result } }
  }
  const executed = executedOf(yield step(EXECUTED))
  return executed === null ? unknown({ code: 'no-gtid' }) : { kind: 'ok', reply: { gtid: null, executed, result } }
}

/** First the wait, then the data, then (never before it) the GTIDs. */
export function* show(
  statement: SqlStatement,
  { after, wantExecuted }: Pick<MysqlRequests['query']['request'], 'after' | 'wantExecuted'>,
  waitUs: number,
): Exchange<ReplyOf<MysqlRequests, 'query'>> {
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

/** Null where the server counts further than we can. */
function executedOf({ error, result }: StepAnswer): GtidSet | null {
  if (error !== null) return null
  try {
    return MutableGtidSet.parse((result as string[][])[0]![0]!)
  } catch {
    return null
  }
}

/** A statement may take several numbers: the last one stands for them all. Null where it cannot be counted exactly. */
function newestOf(text: string): Gtid | null {
  const colon = text.lastIndexOf(':')
  const number = Number(text.slice(Math.max(colon, text.lastIndexOf('-')) + 1))
  return Number.isSafeInteger(number) ? { uuid: text.slice(0, text.indexOf(':')), number } : null
}

function rowsOf({ result, columns }: StepAnswer): Rows {
  // A statement without rows that counts as a read (DO 0) has a header here.
  return { columns, rows: Array.isArray(result) ? (result as unknown[][]).map((row) => row.map(sqlValue)) : [] }
}

function sqlValue(value: unknown): SqlValue {
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`
  // A point or a polygon.
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as SqlValue)
}
