/**
 * A write that may be sent again. Its operation's row is written in its own transaction, so either both are there or
 * neither, here and after any failover; who sends it again finds the row and gets what the first one came to. While the
 * first is still under way its row is locked, and the second waits for it.
 */
import { createHash } from 'node:crypto'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Executed, SqlStatement } from '../../algorithms/statements.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import { executedOf, gtidOf, resultOf, timestampText } from './answers.ts'
import { type Exchange, type StepAnswer, step } from './exchange.ts'
import { sqlFailure, statementFailure } from './failure.ts'
import { EXECUTED } from './state.ts'

const TABLE = 'quorumlab.done_operations'

/** Whoever repeats an operation later than this does it again. Some at a time, so that no write waits long for it. */
export const FORGET = `DELETE FROM ${TABLE} WHERE done_at < NOW(6) - INTERVAL 1 HOUR ORDER BY done_at LIMIT 1000`
/** After how many operations there is something to forget again. */
export const FORGET_EVERY = 500

const DUPLICATE = 1062
const LOCK_WAIT_TIMEOUT = 1205
/** Several repeats waited for a first one that was rolled back: one goes on, the others begin again. */
const DEADLOCK = 1213
const TRIES = 3

interface Once {
  readonly operationId: string
  readonly timestamp: Timestamp | null
  /** What the rows' own column gets. */
  readonly rowTimestamp: number | null
}

export function* changeOnce(statement: SqlStatement, once: Once): Exchange<Executed> {
  if (statement.class === 'ddl') return failed({ code: 'operation-id-with-ddl' })
  const { operationId, timestamp } = once
  const print = createHash('sha256')
    .update(JSON.stringify([statement.text, statement.parameters]))
    .digest('hex')
  const values = [operationId, print, timestamp?.counter ?? null, timestamp?.server ?? null]
  let claimed: StepAnswer['error'] = null
  for (let tried = 0; tried < TRIES; tried++) {
    const begun = yield step('START TRANSACTION')
    if (begun.error !== null) return sqlFailure(begun.error)
    const row = `INSERT INTO ${TABLE} (operation_id, fingerprint, ts_counter, ts_server) VALUES (?, ?, ?, ?)`
    claimed = (yield step(row, values)).error
    if (claimed?.errno !== DEADLOCK) break
  }
  if (claimed !== null) {
    yield step('ROLLBACK')
    if (claimed.errno === DUPLICATE) return yield* whatItCameTo(operationId, print)
    const isInFlight = claimed.errno === LOCK_WAIT_TIMEOUT || claimed.errno === DEADLOCK
    return isInFlight ? unknown({ code: 'operation-in-flight' }) : sqlFailure(claimed)
  }
  const changed = yield step(statement.text, statement.parameters, timestampText(once.rowTimestamp))
  if (changed.error !== null) {
    yield step('ROLLBACK')
    return sqlFailure(changed.error)
  }
  const result = resultOf(changed)
  const outcome = `UPDATE ${TABLE} SET rows_affected = ?, insert_id = ? WHERE operation_id = ?`
  const noted = yield step(outcome, [result.rowsAffected, result.insertId, operationId])
  if (noted.error !== null) {
    yield step('ROLLBACK')
    return sqlFailure(noted.error)
  }
  const committed = yield step('COMMIT')
  // From here on an error may stand beside a transaction that is there.
  if (committed.error !== null) return statementFailure(committed.error)
  const gtid = gtidOf(committed)
  if (gtid == null) return unknown({ code: 'no-gtid' })
  return { kind: 'ok', reply: { gtid, executed: null, result, repeats: null } }
}

function* whatItCameTo(operationId: string, print: string): Exchange<Executed> {
  const columns = 'fingerprint, rows_affected, insert_id, ts_counter, ts_server'
  const found = yield step(`SELECT ${columns} FROM ${TABLE} WHERE operation_id = ?`, [operationId])
  if (found.error !== null) return unknown({ code: 'operation-in-flight' })
  const row = (found.result as (string | number | null)[][])[0]
  if (row === undefined) return unknown({ code: 'operation-in-flight' })
  const [first, rowsAffected, insertId, counter, server] = row
  if (first !== print) return failed({ code: 'operation-reused' })
  const executed = executedOf(yield step(EXECUTED))
  if (executed === null) return unknown({ code: 'no-gtid' })
  const timestamp =
    counter === null ? null : { counter: exactInteger(counter, "a timestamp's counter"), server: Number(server) }
  const result = { rowsAffected: Number(rowsAffected), insertId: insertId ?? 0, rows: null }
  return { kind: 'ok', reply: { gtid: null, executed, result, repeats: { timestamp } } }
}
