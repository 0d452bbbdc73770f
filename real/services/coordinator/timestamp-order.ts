/** Are the timestamps of writes unique, and in the order in which the writes really happened? */
import { TIMESTAMP_ALGORITHMS, type TimestampAlgorithmName } from '../../../algorithms/timestamps/algorithms.ts'
import { counted } from '../../../algorithms/wording.ts'
import type { StressRecord } from '../wire.ts'

export interface Stamped {
  readonly sentMs: number
  readonly answeredMs: number
  readonly timestamp: number
}

/** A write that was answered before another was sent must have the smaller timestamp. `violations`: writes with a larger one before them. */
export function orderOf(writes: readonly Stamped[], algorithm: string): StressRecord['timestampOrder'] {
  const unique = new Set(writes.map(({ timestamp }) => timestamp)).size === writes.length
  const bySent = [...writes].sort((a, b) => a.sentMs - b.sentMs)
  const byAnswered = [...writes].sort((a, b) => a.answeredMs - b.answeredMs)
  let largest = Number.NEGATIVE_INFINITY
  let answered = 0
  let violations = 0
  for (const write of bySent) {
    for (; answered < byAnswered.length && byAnswered[answered]!.answeredMs < write.sentMs; answered++)
      largest = Math.max(largest, byAnswered[answered]!.timestamp)
    if (write.timestamp <= largest) violations++
  }
  return {
    unique,
    ordered: violations === 0,
    violations,
    detail: detailOf(writes.length, unique, violations, algorithm),
  }
}

function detailOf(writes: number, unique: boolean, violations: number, algorithm: string): string {
  if (writes === 0) return 'no write has a timestamp yet'
  if (!unique) return 'a timestamp was given twice'
  if (violations === 0) return `${counted(writes, 'write')}, all timestamps unique and in real-time order`
  const promises =
    TIMESTAMP_ALGORITHMS[algorithm as TimestampAlgorithmName].guarantees.includes('timestamps-in-real-time')
  const verdict = promises ? `which ${algorithm} promises never to happen` : `which ${algorithm} does not promise`
  return `${counted(violations, 'write')} of ${writes} got a smaller timestamp than one that was answered before it was sent, ${verdict}`
}
