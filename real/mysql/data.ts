/** The workload's statements: an autocommit INSERT or a transaction for each write, and reads of a key's newest row. */
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { type Gtid, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { MysqlRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import type { Executed, KeyedStatement, RowValue } from '../../algorithms/statements.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import type { Told } from '../../algorithms/told.ts'
import type { Pending } from '../../algorithms/world.ts'
import { type ConnectionSetup, NO_SETUP } from './connection.ts'
import { decoded } from './decoded.ts'
import { transaction } from './keyed-transaction.ts'
import type { ConnectionPool } from './pool.ts'
import { EXECUTED } from './state.ts'

export const DATA_SETUP: ConnectionSetup = {
  ...NO_SETUP,
  // Each answer to a write then carries the transaction's GTID.
  sql: 'SET SESSION session_track_gtids = OWN_GTID, SESSION innodb_lock_wait_timeout = 1',
  insert: 'INSERT INTO quorumlab.operations (op, key_id, ts_counter, ts_server) VALUES (?, ?, ?, ?)',
}

type Done<K extends keyof MysqlRequests> = (outcome: Outcome<ReplyOf<MysqlRequests, K>>) => void

export function execute(
  pool: ConnectionPool,
  statement: KeyedStatement,
  timestamp: Timestamp | null,
  deadlineUs: number,
  done: Done<'execute'>,
): Pending {
  if (statement.moreKeys !== undefined)
    return pool.submit(
      () => transaction(statement, timestamp),
      deadlineUs,
      (failure, outcome) => done(failure ?? withTold(outcome as Outcome<Executed>, pool)),
    )
  const { op, key } = statement
  const values = [op, key, timestamp === null ? null : timestamp.counter, timestamp === null ? null : timestamp.server]
  return pool.submit(values, deadlineUs, (failure, gtid) => {
    if (failure !== null) done(failure)
    else if (gtid === null) done(unknown({ code: 'no-gtid' }))
    else
      done({
        kind: 'ok',
        reply: { gtid: gtid as Gtid, executed: null, result: null, repeats: null, told: pool.told },
      })
  })
}

/** An exchange does not know its connection. */
export function withTold<T>(
  outcome: Outcome<T>,
  { told }: Pick<ConnectionPool, 'told'>,
): Outcome<T & { readonly told: Told }> {
  return outcome.kind === 'ok' ? { kind: 'ok', reply: { ...outcome.reply, told } } : outcome
}

export function query(
  pool: ConnectionPool,
  { key }: KeyedStatement,
  { after, waitUs, wantExecuted }: MysqlRequests['query']['request'],
  deadlineUs: number,
  done: Done<'query'>,
): Pending {
  // MySQL runs the texts in order: first the wait, then the data, then (never before it) the GTIDs.
  const texts: string[] = []
  if (after !== null) texts.push(waitText(after.toString(), waitUs))
  const data = texts.push(
    `SELECT op, ts_counter, ts_server FROM quorumlab.operations WHERE key_id = ${number(key)} ORDER BY position DESC LIMIT 1`,
  )
  if (wantExecuted) texts.push(EXECUTED)
  return pool.submit(texts.join('; '), deadlineUs, (failure, result) => {
    if (failure !== null) {
      done(failure)
      return
    }
    // A single statement's rows come bare, several as a list.
    const results = (texts.length === 1 ? [result] : result) as unknown[][][]
    if (after !== null && results[0]![0]![0] !== 0) {
      done(failed({ code: 'not-caught-up' }))
      return
    }
    const row = results[data - 1]![0]
    done(
      decoded(() => ({
        value: row === undefined ? null : rowValue(row),
        rows: null,
        executed: wantExecuted ? MutableGtidSet.parse(results[data]![0]![0] as string) : null,
        told: pool.told,
      })),
    )
  })
}

/** Looks at every row: only the unsafe form that judges by it asks. */
export function highestTimestamp(pool: ConnectionPool, deadlineUs: number, done: Done<'highestTimestamp'>): Pending {
  const text = 'SELECT ts_counter, ts_server FROM quorumlab.operations ORDER BY ts_counter DESC, ts_server DESC LIMIT 1'
  return pool.submit(text, deadlineUs, (failure, result) => {
    if (failure !== null) {
      done(failure)
      return
    }
    const [counter, server] = (result as unknown[][])[0] ?? []
    done(decoded(() => ({ timestamp: timestampOf(counter ?? null, server) })))
  })
}

/**
 * 0 when covered, 1 when the timeout passed. The column has a name of its own: a column is called by its text otherwise, and
 * mysql2 compiles and keeps a parser for each set of columns that it has not met.
 */
export function waitText(gtids: string, timeoutUs: number): string {
  return `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids}', ${(Math.max(1_000, timeoutUs) / 1e6).toFixed(6)}) AS timed_out`
}

function rowValue(row: readonly unknown[]): RowValue {
  const [op, counter, server] = row
  return { op: exactInteger(op, 'the number of an operation'), timestamp: timestampOf(counter, server) }
}

function timestampOf(counter: unknown, server: unknown): RowValue['timestamp'] {
  return counter === null ? null : { counter: exactInteger(counter, "a timestamp's counter"), server: Number(server) }
}

function number(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`assertion: an integer goes into SQL, found ${String(value)}`)
  return String(value)
}
