/**
 * The longest time in which clients wanted something and nobody got an answer.
 *
 * An outage is made of operations that failed. Where all of them wait for the failover and succeed at last, nothing
 * fails, and the clients have still stood still for as long as that took: this is the figure that says so. A silence
 * lasts from one ok answer to the next, but not before anything was wanted that the first of the two left unanswered:
 * a workload that asks rarely is no silent cluster. A failure is no answer here.
 */
import type { Operation } from '../record.ts'

export interface Silence {
  readonly durationMs: number
  /** Null: no operation was wanted. */
  readonly startMs: number | null
}

/** `operations` in order of intended start; `endedUs`: when the workload stopped offering. */
export function longestSilence(operations: readonly Operation[], endedUs: number): Silence {
  const first = operations[0]
  if (first === undefined) return { durationMs: 0, startMs: null }
  let longest = { fromUs: first.intendedUs, durationUs: 0 }
  let answeredUs = Number.NEGATIVE_INFINITY
  let oldest = 0
  // Whatever ended until the last answer was waited for no more; of what remains, the first was wanted first.
  const until = (atUs: number) => {
    while (oldest < operations.length && endOf(operations[oldest]!) <= answeredUs) oldest++
    const wanted = operations[oldest]
    if (wanted === undefined) return
    const fromUs = Math.max(answeredUs, wanted.intendedUs)
    if (atUs - fromUs > longest.durationUs) longest = { fromUs, durationUs: atUs - fromUs }
  }
  for (const endUs of answersOf(operations)) {
    until(endUs)
    answeredUs = endUs
  }
  until(Math.max(endedUs, ...lastEnd(operations)))
  return { durationMs: longest.durationUs / 1000, startMs: longest.fromUs / 1000 }
}

function endOf({ endUs }: Operation): number {
  return endUs ?? Number.POSITIVE_INFINITY
}

function answersOf(operations: readonly Operation[]): Float64Array {
  const ends = operations.flatMap(({ outcome, endUs }) => (outcome === 'ok' && endUs !== null ? [endUs] : []))
  return Float64Array.from(ends).sort()
}

/** Who still waited after the workload's end, waited in silence until it gave up. */
function lastEnd(operations: readonly Operation[]): number[] {
  let last: number | null = null
  for (const { endUs } of operations) if (endUs !== null && (last === null || endUs > last)) last = endUs
  return last === null ? [] : [last]
}
