/** What a server answers to SQL, in our words. */
import { type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { Rows, SqlValue, WriteResult } from '../../algorithms/statements.ts'
import type { ChangeHeader, StepAnswer } from './exchange.ts'

/** The next statement's timestamp, for the triggers that put it into its rows. */
export function timestampText(timestamp: number | null): string {
  return `SET @quorumlab_timestamp = ${timestamp ?? 'NULL'}`
}

/** Of the transaction that this answer ended; undefined: there was none. Null: it cannot be counted exactly. */
export function gtidOf({ result }: StepAnswer): Gtid | null | undefined {
  const gtids = (result as ChangeHeader).stateChanges?.gtids ?? []
  return gtids.length === 0 ? undefined : newestOf(gtids.join(','))
}

/** A statement may take several numbers: the last one stands for them all. */
function newestOf(text: string): Gtid | null {
  const colon = text.lastIndexOf(':')
  const number = Number(text.slice(Math.max(colon, text.lastIndexOf('-')) + 1))
  return Number.isSafeInteger(number) ? { uuid: text.slice(0, text.indexOf(':')), number } : null
}

/** Null where the server counts further than we can. */
export function executedOf({ error, result }: StepAnswer): GtidSet | null {
  if (error !== null) return null
  try {
    return MutableGtidSet.parse((result as string[][])[0]![0]!)
  } catch {
    return null
  }
}

export function resultOf(answer: StepAnswer): WriteResult {
  if (Array.isArray(answer.result)) return { rowsAffected: 0, insertId: 0, rows: rowsOf(answer) }
  const { affectedRows, insertId } = answer.result as ChangeHeader
  return { rowsAffected: affectedRows, insertId, rows: null }
}

export function rowsOf({ result, columns }: StepAnswer): Rows {
  return { columns, rows: Array.isArray(result) ? (result as unknown[][]).map((row) => row.map(sqlValue)) : [] }
}

function sqlValue(value: unknown): SqlValue {
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`
  // A point or a polygon.
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as SqlValue)
}
