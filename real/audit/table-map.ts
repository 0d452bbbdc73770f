/** How a table's rows lie in a binlog, as far as it takes to find the numbers of the workload's operations in them. */
import { exactInteger } from '../../algorithms/exact-integer.ts'

export interface TableMap {
  /** `database.table` */
  readonly name: string
  readonly columns: readonly { readonly type: number; readonly metadata: number }[]
}

const WORKLOAD = 'quorumlab.operations'
/** Its columns begin with `position` and `op`, both BIGINT. */
const OP_COLUMN = 1

const TINY = 1
const SHORT = 2
const LONG = 3
const FLOAT = 4
const DOUBLE = 5
const LONGLONG = 8
const INT24 = 9
const VARCHAR = 15
const TIMESTAMP2 = 17
const BLOB = 252
const STRING = 254

const FIXED: ReadonlyMap<number, number> = new Map([
  ...([
    [TINY, 1],
    [SHORT, 2],
    [LONG, 4],
    [FLOAT, 4],
    [DOUBLE, 8],
    [LONGLONG, 8],
    [INT24, 3],
  ] as const),
])
/** Bytes of metadata by type; none for the others that are known here. */
const METADATA: ReadonlyMap<number, number> = new Map([
  ...([
    [FLOAT, 1],
    [DOUBLE, 1],
    [BLOB, 1],
    [TIMESTAMP2, 1],
    [VARCHAR, 2],
    [STRING, 2],
  ] as const),
])

/** `body`: of a table map event, behind its header. */
export function tableMapOf(body: Buffer): TableMap {
  const databaseEnd = 9 + body[8]!
  const tableEnd = databaseEnd + 2 + body[databaseEnd + 1]!
  const name = `${body.toString('utf8', 9, databaseEnd)}.${body.toString('utf8', databaseEnd + 2, tableEnd)}`
  const count = body[tableEnd + 1]!
  const typesAt = tableEnd + 2
  let at = typesAt + count + 1
  const columns = [...body.subarray(typesAt, typesAt + count)].map((type) => {
    const bytes = METADATA.get(type) ?? 0
    const metadata = bytes === 0 ? 0 : body.readUIntLE(at, bytes)
    at += bytes
    return { type, metadata }
  })
  return { name, columns }
}

/**
 * The operations whose rows an insert put into the workload's table; none for other tables. Throws where a column is of a
 * type that is not known here: then nobody can say what the rest of the rows is.
 */
export function numbersOfRows(table: TableMap, present: Buffer, rows: Buffer): number[] {
  if (table.name !== WORKLOAD) return []
  const columns = table.columns.filter((_, i) => isSet(present, i))
  const nullBytes = Math.ceil(columns.length / 8)
  const numbers: number[] = []
  for (let at = 0; at < rows.length; ) {
    const nulls = rows.subarray(at, at + nullBytes)
    at += nullBytes
    columns.forEach((column, i) => {
      if (isSet(nulls, i)) return
      if (i === OP_COLUMN) numbers.push(exactInteger(rows.readBigUInt64LE(at), 'the number of an operation'))
      at += sizeOf(column, rows, at)
    })
  }
  return numbers
}

function isSet(bitmap: Buffer, index: number): boolean {
  return (bitmap[index >> 3]! & (1 << (index & 7))) !== 0
}

function sizeOf({ type, metadata }: TableMap['columns'][number], rows: Buffer, at: number): number {
  const fixed = FIXED.get(type)
  if (fixed !== undefined) return fixed
  if (type === TIMESTAMP2) return 4 + Math.ceil(metadata / 2)
  if (type === BLOB) return metadata + rows.readUIntLE(at, metadata)
  if (type === VARCHAR) return metadata > 255 ? 2 + rows.readUInt16LE(at) : 1 + rows[at]!
  if (type === STRING) return 1 + rows[at]!
  throw new Error(`assertion: ${WORKLOAD} has a column of type ${type}, whose size in a binlog is not known here`)
}
