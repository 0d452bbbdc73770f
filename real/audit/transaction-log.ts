/**
 * A server's binlogs, transaction by transaction: the GTID, a fingerprint of what it did, and the operations whose rows it
 * put into the workload's table. The same transaction has other table ids, times, positions and sizes of events on each
 * server, so those are left out of the fingerprint; what it did to which rows is the same everywhere, or it is not the same
 * transaction.
 *
 *   Table map event    table id 6, flags 2, length 1 + database + 0, length 1 + table + 0, columns n (packed), types n,
 *                      length of metadata (packed), metadata, ...
 *   Rows event         table id 6, flags 2, length of extra data 2 (itself included), extra data, columns n (packed), one
 *                      bitmap of columns (two for an update), rows
 *   Query event        thread 4, duration 4, length of database 1, error 2, length of status 2, status, database + 0, text
 */
import { createHash, type Hash } from 'node:crypto'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { Content } from '../../scenarios/audit/contents.ts'
import { GTID_EVENT, HEADER, readEvents, transactionOf } from '../drivers/binlog.ts'
import { numbersOfRows, type TableMap, tableMapOf } from './table-map.ts'

const QUERY = 2
const FORMAT = 15
const XID = 16
const TABLE_MAP = 19
const WRITE_ROWS = 30
const UPDATE_ROWS = 31
const DELETE_ROWS = 32
const PREVIOUS_GTIDS = 35
const XA_PREPARE = 38
const PARTIAL_UPDATE_ROWS = 39
const COMPRESSED = 40

const WANTED: ReadonlySet<number> = new Set([
  ...[QUERY, FORMAT, XID, TABLE_MAP, WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS, GTID_EVENT, PREVIOUS_GTIDS],
  ...[XA_PREPARE, PARTIAL_UPDATE_ROWS, COMPRESSED],
])
const ROWS: ReadonlySet<number> = new Set([WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS, PARTIAL_UPDATE_ROWS])
/** Of the hash, in hexadecimal digits: 48 bits fit into a number. */
const FINGERPRINT_DIGITS = 12
const CHECKSUM_BYTES = 4

interface LogReader {
  /** A whole transaction; one that the log breaks off in is none. */
  readonly onTransaction: (gtid: Gtid, content: Content) => void
  /** Everything that was in binlogs before this one; null: it is written in a way that is not known here. */
  readonly onBefore: (gtids: GtidSet | null) => void
}

/** One transaction as far as it has been read. */
interface Reading {
  readonly gtid: Gtid
  readonly hash: Hash
  readonly ops: number[]
  readonly tables: Map<number, TableMap>
  /** `BEGIN` was read: its end has an event of its own. */
  hasBegun: boolean
  /** Table, kind and columns of the rows that were read last: what follows with the same is one with it. */
  last: string
}

export async function readTransactions(path: string, reader: LogReader): Promise<void> {
  let reading: Reading | null = null
  let checksum = 0
  const done = () => {
    if (reading === null) return
    const fingerprint = Number.parseInt(reading.hash.digest('hex').slice(0, FINGERPRINT_DIGITS), 16)
    reader.onTransaction(reading.gtid, { fingerprint, ops: reading.ops })
    reading = null
  }
  await readEvents(
    path,
    (type, event) => {
      if (type === FORMAT) checksum = event[event.length - 1 - CHECKSUM_BYTES] === 1 ? CHECKSUM_BYTES : 0
      else if (type === PREVIOUS_GTIDS) reader.onBefore(gtidsOf(event.subarray(HEADER)))
      else if (type === GTID_EVENT) {
        const { gtid } = transactionOf(event)
        reading = { gtid, hash: createHash('sha256'), ops: [], tables: new Map(), hasBegun: false, last: '' }
      } else if (reading !== null && takeEvent(reading, type, event.subarray(HEADER, event.length - checksum))) done()
    },
    (type) => WANTED.has(type),
  )
}

/** True: the transaction ends with it. */
function takeEvent(reading: Reading, type: number, body: Buffer): boolean {
  if (type === XID) return true
  if (type === QUERY) return takeQuery(reading, body)
  if (type === TABLE_MAP) reading.tables.set(body.readUIntLE(0, 6), tableMapOf(body))
  else if (ROWS.has(type)) takeRows(reading, type, body)
  else if (type === XA_PREPARE || type === COMPRESSED) {
    reading.hash.update(body)
    return true
  }
  return false
}

function takeQuery(reading: Reading, body: Buffer): boolean {
  const database = body[8]!
  const from = 13 + body.readUInt16LE(11)
  const text = body.subarray(from + database + 1)
  const word = text.length > 10 ? '' : text.toString('latin1').toUpperCase()
  if (word === 'BEGIN') {
    reading.hasBegun = true
    return false
  }
  if (word === 'COMMIT') return true
  reading.hash.update('query').update(body.subarray(from))
  reading.last = ''
  // A statement that commits by itself, such as ALTER TABLE, stands alone.
  return !reading.hasBegun
}

function takeRows(reading: Reading, type: number, body: Buffer): void {
  const table = reading.tables.get(body.readUIntLE(0, 6))
  if (table === undefined) throw new Error('assertion: a binlog has rows of a table that it did not name')
  const columnsAt = 8 + body.readUInt16LE(8)
  const bytes = Math.ceil(table.columns.length / 8)
  // The number of columns is packed into one byte below 251; more of them is no table of ours.
  const bitmapsAt = columnsAt + (body[columnsAt]! < 251 ? 1 : 3)
  const isUpdate = type === UPDATE_ROWS || type === PARTIAL_UPDATE_ROWS
  const rowsAt = bitmapsAt + bytes * (isUpdate ? 2 : 1)
  const what = `${type} ${table.name} ${body.toString('hex', bitmapsAt, rowsAt)}`
  // How many rows an event takes differs between servers, and says nothing.
  if (what !== reading.last) reading.hash.update(what)
  reading.last = what
  const rows = body.subarray(rowsAt)
  reading.hash.update(rows)
  if (type === WRITE_ROWS) reading.ops.push(...numbersOfRows(table, body.subarray(bitmapsAt, rowsAt), rows))
}

/** Count 8, then for each: uuid 16, intervals 8, each of those first 8 and behind the last 8. */
function gtidsOf(body: Buffer): GtidSet | null {
  // The highest byte is not 0 where some of them have tags, and then all are written in another way.
  if (body[7] !== 0) return null
  const set = new MutableGtidSet()
  const number = (at: number) => exactInteger(body.readBigInt64LE(at), 'a GTID number in a binlog')
  let at = 8
  for (let left = number(0); left > 0; left--) {
    const uuid = body.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    let intervals = number(at + 16)
    for (at += 24; intervals > 0; intervals--, at += 16) set.addInterval(uuid, number(at), number(at + 8) - 1)
  }
  return set
}
