/** The operations that carry a timestamp, as columns: the checks on timestamps sweep over a hundred thousand of them. */
import type { Operation, RunRecord } from '../record.ts'

interface Stamped {
  readonly operations: readonly Operation[]
  /** NaN: never sent. */
  readonly sentUs: Float64Array
  /** NaN: never answered. */
  readonly endUs: Float64Array
  readonly counter: Float64Array
  readonly server: Float64Array
}

/** Two checks ask for the same columns. */
const STAMPED = new WeakMap<RunRecord, Stamped>()

export function stampedOperations(record: RunRecord): Stamped {
  let stamped = STAMPED.get(record)
  if (stamped === undefined) STAMPED.set(record, (stamped = columnsOf(record)))
  return stamped
}

function columnsOf(record: RunRecord): Stamped {
  const operations = record.operations.filter((operation) => operation.timestamp !== null)
  const n = operations.length
  const columns = {
    sentUs: new Float64Array(n),
    endUs: new Float64Array(n),
    counter: new Float64Array(n),
    server: new Float64Array(n),
  }
  for (let i = 0; i < n; i++) {
    const { sentUs, endUs, timestamp } = operations[i]!
    columns.sentUs[i] = sentUs ?? Number.NaN
    columns.endUs[i] = endUs ?? Number.NaN
    columns.counter[i] = timestamp!.counter
    columns.server[i] = timestamp!.server
  }
  return { operations, ...columns }
}
