/**
 * The order of n numbers, as indices: ascending, equal ones by index.
 *
 * Histories are nearly in order: operations are sent in order, and their answers overtake only the few others that are
 * in flight with them. Insertion costs one step for each such overtaking, so it comes first, with a bound on its
 * steps. A history that exceeds the bound is sorted natively: value and index packed into one number each
 * (value * n + index), because a typed array of plain numbers sorts several values faster than by a comparator.
 */
import type { Operation } from '../record.ts'

const STEPS_PER_ITEM = 40

export function ascendingOrder(values: Float64Array): Uint32Array {
  const order = new Uint32Array(values.length)
  if (insertInOrder(values, order) || sortPacked(values, order)) return order
  for (let i = 0; i < order.length; i++) order[i] = i
  return order.sort((a, b) => values[a]! - values[b]! || a - b)
}

/** False: too far out of order, and `order` is spoilt. */
function insertInOrder(values: Float64Array, order: Uint32Array): boolean {
  let steps = STEPS_PER_ITEM * values.length
  for (let i = 1; i < order.length; i++) {
    const value = values[i]!
    let to = i
    while (to > 0 && values[order[to - 1]!]! > value) {
      order[to] = order[to - 1]!
      to--
    }
    order[to] = i
    steps -= i - to
    if (steps < 0) return false
  }
  return true
}

/** False: not whole numbers, or too large to pack exactly (20 hours of 120,000 operations still fit). */
function sortPacked(values: Float64Array, order: Uint32Array): boolean {
  const n = values.length
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    const value = values[i]!
    if (!Number.isInteger(value)) return false
    if (value < low) low = value
    if (value > high) high = value
  }
  if ((high - low + 1) * n > Number.MAX_SAFE_INTEGER) return false
  const packed = new Float64Array(n)
  for (let i = 0; i < n; i++) packed[i] = (values[i]! - low) * n + i
  packed.sort()
  for (let i = 0; i < n; i++) order[i] = packed[i]! % n
  return true
}

/** The history in order of intended start: the array itself where it is so already (the load generator's is). */
export function inIntendedOrder(operations: readonly Operation[]): readonly Operation[] {
  for (let i = 1; i < operations.length; i++)
    if (operations[i]!.intendedUs < operations[i - 1]!.intendedUs)
      return Array.from(
        ascendingOrder(Float64Array.from(operations, ({ intendedUs }) => intendedUs)),
        (index) => operations[index]!,
      )
  return operations
}
