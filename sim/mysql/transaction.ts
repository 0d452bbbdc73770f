/** One transaction, as binlogs and relay logs hold it. Immutable, so all servers share the one object. */
import type { Gtid } from '../../algorithms/gtid-set.ts'
import type { RowValue } from '../../algorithms/statements.ts'

export interface WrittenRow {
  readonly key: number
  readonly row: RowValue
}

export interface Transaction {
  readonly gtid: Gtid
  readonly key: number
  /** The workload's row; null for an epoch's marker, which writes to the coordinator's own table. */
  readonly row: RowValue | null
  /** What it has beside that row; absent: nothing. */
  readonly more?: {
    readonly rows: readonly WrittenRow[]
    readonly bytes: number
    /** Rows of another table, all of one statement; `id`: of the first. */
    readonly others?: { readonly id: number; readonly count: number }
  }
  /** original_commit_timestamp: when its source wrote it to the binlog. */
  readonly originalUs: number
}

/** A further row of the same statement. */
export const BULK_ROW_US = 5

/** What its payloads take, in binlogs and on the wire. */
export function bytesOf({ more }: Transaction): number {
  return more === undefined ? 0 : more.bytes
}

/** A worker's time for it: `sampleUs` for each row, and what its bytes take. */
export function workUs({ more }: Transaction, sampleUs: () => number, byteUs: number): number {
  let us = sampleUs()
  if (more === undefined) return us
  if (more.others !== undefined) us += (more.others.count - 1) * BULK_ROW_US
  for (let i = 0; i < more.rows.length; i++) us += sampleUs()
  return us + Math.round(more.bytes * byteUs)
}
