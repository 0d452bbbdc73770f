/** How evidence names operations, times and transactions: the same words in every check. */
import type { Gtid, GtidSet } from '../../algorithms/gtid-set.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import type { Operation } from '../record.ts'

/** Seconds since the workload began, to the microsecond: `10.001204 s`. */
export function moment(atUs: number): string {
  return `${(atUs / 1e6).toFixed(6)} s`
}

/** `write 17 (key 3, STRONG), sent 10.001204 s, ok 10.003101 s, epoch 1 by node1, gtid 3e11...:55`. */
export function describeOperation(operation: Operation): string {
  const parts = [
    `${operation.kind} ${operation.op} (key ${operation.key}, ${operation.consistency})`,
    operation.sentUs === null ? 'never sent' : `sent ${moment(operation.sentUs)}`,
    operation.endUs === null ? `${operation.outcome}, no answer` : `${operation.outcome} ${moment(operation.endUs)}`,
  ]
  if (operation.epoch !== null)
    parts.push(`epoch ${operation.epoch}${operation.node === null ? '' : ` by ${operation.node}`}`)
  else if (operation.node !== null) parts.push(`by ${operation.node}`)
  if (operation.gtid !== null) parts.push(`gtid ${describeGtid(operation.gtid)}`)
  if (operation.timestamp !== null) parts.push(`timestamp ${describeTimestamp(operation.timestamp)}`)
  return parts.join(', ')
}

/** The same with what it returned: `..., shows 17` or `..., shows no row`. */
export function describeRead(read: Operation): string {
  return `${describeOperation(read)}, shows ${read.value === null ? 'no row' : `row ${read.value.op}`}`
}

export function describeGtid(gtid: Gtid): string {
  return `${gtid.uuid}:${gtid.number}`
}

export function describeTimestamp(timestamp: Timestamp): string {
  return `${timestamp.counter}@${timestamp.server}`
}

/** MySQL's text, cut where it would fill the page. */
export function describeGtids(gtids: GtidSet, limit = 160): string {
  const text = gtids.toString()
  return text.length <= limit ? text : `${text.slice(0, limit)}...`
}
