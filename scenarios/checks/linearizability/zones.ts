/**
 * The pairs of values that cannot be put in order. Where each value is written once, an order keeps a write and all
 * its reads together (once overwritten, a value never comes back), so values are what is ordered. Value A must come
 * before B if an operation of A ended before one of B started. A register is linearizable exactly if no two values
 * must each come before the other and no read ended before its write started (Gibbons and Korach, "Testing Shared
 * Memories", SIAM J. Computing 1997, section 4: zones).
 *
 * With `first end` and `last start` of a value's operations, A before B is `A.firstEnd < B.lastStart`. A value with
 * firstEnd < lastStart has a forward zone, the stretch between them, in which no other value can be the newest. So a
 * conflict is two forward zones that overlap, or a value without one whose stretch lies inside another's forward zone.
 *
 * This convicts at once, with few operations as the reason, where a search would first have to try all orders. Without
 * a conflict there is an order (order.ts), but for operations of one session that touch within a microsecond: these are
 * no zones, and can close a circle of more than two values.
 */
import { ascendingOrder } from '../../measures/ascending-order.ts'
import type { Completed } from './completed.ts'

/** Two values that must each come before the other, by their numbers in the completed history; equal: a read before its write. */
export interface Conflict {
  readonly a: number
  readonly b: number
}

export interface Zones {
  /** By value: the ranks of its write (-1: the initial value), of the first end and of the last start. */
  readonly write: Int32Array
  readonly firstEnd: Int32Array
  readonly lastStart: Int32Array
}

export function zonesOf({ size, values, value, isWrite, startUs, endUs }: Completed): Zones {
  const write = new Int32Array(values).fill(-1)
  const firstEnd = new Int32Array(values).fill(-1)
  const lastStart = new Int32Array(values).fill(-1)
  for (let rank = 0; rank < size; rank++) {
    const of = value[rank]!
    if (isWrite[rank] === 1) write[of] = rank
    const first = firstEnd[of]!
    // Of equal ends a read's: a write's may have been brought forward to it, and means nothing without it.
    if (first === -1 || endUs[rank]! < endUs[first]! || (endUs[rank] === endUs[first] && isWrite[first] === 1))
      firstEnd[of] = rank
    if (lastStart[of] === -1 || startUs[rank]! > startUs[lastStart[of]!]!) lastStart[of] = rank
  }
  return { write, firstEnd, lastStart }
}

/** By value: the first end and the last start in microseconds; A must come before B if `low[A] < high[B]`. */
export function boundsOf(
  { values, startUs, endUs }: Completed,
  zones: Zones,
): { readonly low: Float64Array; readonly high: Float64Array } {
  const low = new Float64Array(values)
  const high = new Float64Array(values)
  for (let of = 0; of < values; of++) {
    // The initial value was written before everything else; if nobody reads it, it constrains nobody.
    const last = zones.lastStart[of]!
    low[of] = of === 0 ? Number.NEGATIVE_INFINITY : endUs[zones.firstEnd[of]!]!
    high[of] = last === -1 ? Number.NEGATIVE_INFINITY : startUs[last]!
  }
  return { low, high }
}

/** At most `limit` conflicts, ascending by the time at which they begin. */
export function conflicts(history: Completed, zones: Zones, limit: number): Conflict[] {
  const { size, values, value, isWrite, startUs, endUs } = history
  const found: Conflict[] = []
  for (let rank = 0; rank < size && found.length < limit; rank++) {
    const write = zones.write[value[rank]!]!
    if (isWrite[rank] === 0 && write >= 0 && endUs[rank]! < startUs[write]!)
      found.push({ a: value[rank]!, b: value[rank]! })
  }
  const { low, high } = boundsOf(history, zones)
  const byFirstEnd = ascendingOrder(low)
  /** Among the forward zones so far, the one that reaches farthest. */
  let farthest = -1
  const forward: number[] = []
  for (const of of byFirstEnd) {
    if (low[of]! >= high[of]!) continue
    if (farthest >= 0 && low[of]! < high[farthest]! && found.length < limit) found.push({ a: farthest, b: of })
    if (farthest >= 0 && high[of]! <= high[farthest]!) continue
    // Kept ascending at both ends, so that the search below finds the only one that may contain a stretch.
    forward.push(of)
    farthest = of
  }
  for (let of = 1; of < values && found.length < limit; of++) {
    if (low[of]! < high[of]!) continue
    // The stretch from its last start to its first end, inside a forward zone that began before it?
    let [from, to] = [0, forward.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (low[forward[middle]!]! < high[of]!) from = middle + 1
      else to = middle
    }
    const around = forward[from - 1]
    if (around !== undefined && low[of]! < high[around]!) found.push({ a: around, b: of })
  }
  return found
}
