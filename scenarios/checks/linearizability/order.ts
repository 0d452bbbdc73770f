/**
 * An order of a register's operations, or why there is none, in n log n: what the search (search.ts) finds by trying,
 * where each value is written once. An order keeps a write and all its reads together, so values are what is ordered.
 * A must come before B if some operation of A precedes one of B, in time (zones.ts: `A.firstEnd < B.lastStart`) or
 * within a session. Values are taken one by one, each when nothing that is left must come before it; where none can be
 * taken, the values that wait for one another in a circle are the proof that no order exists.
 *
 * Nobody has to believe this: an order is an order if `explains` says so, and a circle is convicted again by the search,
 * in a contradiction of a handful of operations.
 */
import { ascendingOrder } from '../../measures/ascending-order.ts'
import type { Completed } from './completed.ts'
import { boundsOf, type Zones } from './zones.ts'

/** Two operations, by rank, of which the first certainly precedes the other. */
export interface Precedence {
  readonly before: number
  readonly after: number
}

type Ordering =
  /** Ranks. */
  | { readonly kind: 'order'; readonly order: readonly number[] }
  /** Each precedence begins with an operation of the value that the one before it ends with, the first one with the last's. */
  | { readonly kind: 'circle'; readonly circle: readonly Precedence[] }

export function orderOf(history: Completed, zones: Zones): Ordering {
  const { size, values, value, follows, startUs, endUs } = history
  const { low, high } = boundsOf(history, zones)
  /** By value: what sessions did just before one of its operations, and of how many of these the value is not placed. */
  const links = new Map<number, Precedence[]>()
  const linksFrom = new Map<number, number[]>()
  const waiting = new Int32Array(values)
  for (let after = 0; after < size; after++) {
    const write = zones.write[value[after]!]!
    // A read before the write that it shows.
    if (write >= 0 && (endUs[after]! < startUs[write]! || follows[write] === after))
      return { kind: 'circle', circle: [{ before: after, after: write }] }
    const before = follows[after]!
    if (before < 0) continue
    const [from, to] = [value[before]!, value[after]!]
    if (from === to) continue
    waiting[to]!++
    append(links, to, { before, after })
    append(linksFrom, from, to)
  }
  const byLow = ascendingOrder(low)
  const byHigh = ascendingOrder(high)
  const isPlaced = new Uint8Array(values)
  const isOpen = new Uint8Array(values)
  /** Values that nothing left must precede in time or in a session. */
  const ready: number[] = []
  const placed: number[] = []
  let [first, opened] = [0, 0]
  const nextLeft = (from: number) => {
    let at = from
    while (at < values && isPlaced[byLow[at]!] === 1) at++
    return at
  }
  while (placed.length < values) {
    first = nextLeft(first)
    const earliest = byLow[first]!
    for (; opened < values && high[byHigh[opened]!]! <= low[earliest]!; opened++) {
      const of = byHigh[opened]!
      isOpen[of] = 1
      if (waiting[of] === 0 && isPlaced[of] === 0) ready.push(of)
    }
    let next = ready.pop()
    if (next === undefined) {
      // All that is left waits for the value that ended first, which may wait for the second.
      const second = byLow[nextLeft(first + 1)]
      const isFree = waiting[earliest] === 0 && (second === undefined || high[earliest]! <= low[second]!)
      if (!isFree) return { kind: 'circle', circle: circleFrom(earliest, second) }
      next = earliest
    }
    if (isPlaced[next] === 1) continue
    isPlaced[next] = 1
    placed.push(next)
    for (const to of linksFrom.get(next) ?? []) if (--waiting[to]! === 0 && isOpen[to] === 1) ready.push(to)
  }
  return { kind: 'order', order: ranksOf(history, placed) }

  function circleFrom(earliest: number, second: number | undefined): Precedence[] {
    const precedence = (of: number): Precedence => {
      const link = links.get(of)?.find(({ before }) => isPlaced[value[before]!] === 0)
      if (link !== undefined) return link
      return { before: zones.firstEnd[of === earliest ? second! : earliest]!, after: zones.lastStart[of]! }
    }
    const path: Precedence[] = []
    const seenAt = new Map<number, number>()
    for (let of = earliest; ; ) {
      const known = seenAt.get(of)
      if (known !== undefined) return path.slice(known).reverse()
      seenAt.set(of, path.length)
      const link = precedence(of)
      path.push(link)
      of = value[link.before]!
    }
  }
}

/** Value by value, each with its write first. */
function ranksOf({ size, values, value, isWrite }: Completed, placed: readonly number[]): number[] {
  const ranks = Array.from({ length: values }, (): number[] => [])
  for (let rank = 0; rank < size; rank++) {
    if (isWrite[rank] === 1) ranks[value[rank]!]!.unshift(rank)
    else ranks[value[rank]!]!.push(rank)
  }
  return placed.flatMap((of) => ranks[of]!)
}

/** Is this an order of all operations, each within its interval and its session, in which every read shows the newest value? */
export function explains(history: Completed, order: readonly number[]): boolean {
  const { size, value, isWrite, startUs, endUs, follows } = history
  const isDone = new Uint8Array(size)
  let state = 0
  let latestStartUs = Number.NEGATIVE_INFINITY
  for (const rank of order) {
    if (isDone[rank] !== 0 || endUs[rank]! < latestStartUs) return false
    if (follows[rank]! >= 0 && isDone[follows[rank]!] === 0) return false
    if (isWrite[rank] === 1) state = value[rank]!
    else if (value[rank] !== state) return false
    isDone[rank] = 1
    latestStartUs = Math.max(latestStartUs, startUs[rank]!)
  }
  return order.length === size
}

function append<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
