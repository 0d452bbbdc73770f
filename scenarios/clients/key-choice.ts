/**
 * Which key an operation is about: any with the same chance, or some far more often than others, as in most systems.
 *
 * One draw of one stream decides in every case, so that two workloads that differ in this alone still have the same
 * arrivals, kinds and levels. Keys are numbered by how much they are wanted: key 0 is the hottest. (YCSB scatters its
 * hot keys over the table so that they share no page; here each key is a row of its own, and nothing depends on where.)
 */
import { exp, log } from '../chance/exact-math.ts'
import type { Workload } from '../scenario.ts'

export type KeyChoice =
  /** The k-th key is wanted in proportion to 1/k^exponent: YCSB's `zipfian`, there with 0.99. */
  | { readonly kind: 'zipf'; readonly exponent: number }
  /** A share of the keys gets a share of the operations: YCSB's `hotspot`. The others get the rest, evenly. */
  | { readonly kind: 'hot'; readonly keyShare: number; readonly operationShare: number }

/** From a draw of [0, 1) to a key below `count`. No choice: all alike. */
export type KeyPicker = (uniform: number) => number

export function keyPicker({ keys, keyChoice }: Pick<Workload, 'keys' | 'keyChoice'>): KeyPicker {
  if (keyChoice === undefined) return (uniform) => Math.floor(uniform * keys)
  return keyChoice.kind === 'zipf' ? zipfPicker(keys, keyChoice.exponent) : hotPicker(keys, keyChoice)
}

/** How many keys are hot: at least one. */
export function hotCount(keys: number, keyShare: number): number {
  return Math.max(1, Math.floor(keys * keyShare))
}

/** By count and exponent; 8 bytes a key, and a million keys take a third of a second to add up. */
const tables = new Map<string, Float64Array>()

function zipfPicker(keys: number, exponent: number): KeyPicker {
  const name = `${keys} ${exponent}`
  const cumulative = tables.get(name) ?? cumulativeZipf(keys, exponent)
  tables.set(name, cumulative)
  return (uniform) => firstAbove(cumulative, uniform * cumulative[keys - 1]!)
}

/** Running sums of the weights 1/k^exponent. */
function cumulativeZipf(keys: number, exponent: number): Float64Array {
  const cumulative = new Float64Array(keys)
  for (let key = 0; key < keys; key++) cumulative[key] = exp(-exponent * log(key + 1))
  for (let key = 1; key < keys; key++) cumulative[key]! += cumulative[key - 1]!
  return cumulative
}

/** The index of the first entry above `value`. */
function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}

/** The draw itself, stretched, picks within the hot or the others: one part of it below the share, one above. */
function hotPicker(keys: number, { keyShare, operationShare }: Extract<KeyChoice, { kind: 'hot' }>): KeyPicker {
  const hot = hotCount(keys, keyShare)
  if (hot >= keys) return (uniform) => Math.floor(uniform * keys)
  return (uniform) => {
    const key =
      uniform < operationShare
        ? Math.floor((uniform / operationShare) * hot)
        : hot + Math.floor(((uniform - operationShare) / (1 - operationShare)) * (keys - hot))
    return Math.min(key, keys - 1)
  }
}
