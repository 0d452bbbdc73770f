/**
 * A timestamp as one number, on the wire and in the rows of the demo database: in the same order as the pairs, and each
 * number for one pair. Odd-even's counters are that already.
 */
import type { TimestampAlgorithmName } from '../../algorithms/timestamps/algorithms.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'

/** `servers`: how many issue. `hybrid` of two servers stays exact until November 2028, the others for ever. */
export function wireTimestamp(algorithm: TimestampAlgorithmName, servers: number, timestamp: Timestamp): number {
  const { counter, server } = timestamp
  const number = algorithm === 'odd-even' ? counter : counter * servers + server
  if (!Number.isSafeInteger(number)) throw new Error(`assertion: the timestamp ${counter}.${server} is no exact number`)
  return number
}
