/**
 * A history row by row, for whoever judges rows: a transaction of several is as many writes, each with a number and a key
 * of its own, that were sent together and have one outcome.
 */
import type { Operation } from './record.ts'

/** Several checks ask for the same; and a row is known by its object. */
const ROWS = new WeakMap<readonly Operation[], readonly Operation[]>()

/** `operations` itself where none has more than one row. */
export function rowsOf(operations: readonly Operation[]): readonly Operation[] {
  let rows = ROWS.get(operations)
  if (rows === undefined) {
    rows = operations.some(hasMore) ? operations.flatMap(rowsOfOne) : operations
    ROWS.set(operations, rows)
  }
  return rows
}

function hasMore({ moreKeys = [] }: Operation): boolean {
  return moreKeys.length > 0
}

function rowsOfOne(operation: Operation): readonly Operation[] {
  const { op, moreKeys = [] } = operation
  if (moreKeys.length === 0) return [operation]
  return [operation, ...moreKeys.map((key, i): Operation => ({ ...operation, op: op + i + 1, key }))]
}

/** The numbers of the rows that a write inserts. */
export function numbersOf({ op, moreKeys = [] }: Operation): readonly number[] {
  return moreKeys.length === 0 ? [op] : [op, ...moreKeys.map((_, i) => op + i + 1)]
}
