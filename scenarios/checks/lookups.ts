/**
 * Membership, asked a hundred thousand times for each server. Operation ids count up from 0 and transactions of one
 * server are nearly one interval, so a bitmap and a remembered interval list answer in a few nanoseconds where a hash
 * of a hundred thousand entries misses the cache.
 */
import type { Gtid, GtidSet } from '../../algorithms/gtid-set.ts'

const LARGEST_BITMAP = 1 << 26

export class RowLookup {
  readonly size: number
  readonly #ops: ReadonlySet<number>
  readonly #bitmap: Uint8Array | null

  static readonly #made = new WeakMap<ReadonlySet<number>, RowLookup>()

  /** Servers that agree may share their set of rows: it gets one lookup. */
  static of(ops: ReadonlySet<number>): RowLookup {
    let lookup = RowLookup.#made.get(ops)
    if (lookup === undefined) RowLookup.#made.set(ops, (lookup = new RowLookup(ops)))
    return lookup
  }

  constructor(ops: ReadonlySet<number>) {
    this.#ops = ops
    this.size = ops.size
    let largest = -1
    let fits = true
    for (const op of ops) {
      if (op > largest) largest = op
      if (!Number.isInteger(op) || op < 0 || op >= LARGEST_BITMAP) fits = false
    }
    this.#bitmap = fits ? new Uint8Array(largest + 1) : null
    if (this.#bitmap !== null) for (const op of ops) this.#bitmap[op] = 1
  }

  has(op: number): boolean {
    return this.#bitmap === null ? this.#ops.has(op) : this.#bitmap[op] === 1
  }

  /** Rows of `other` that are not here, ascending. */
  missing(other: RowLookup): number[] {
    if (other.#ops === this.#ops) return []
    const missing: number[] = []
    for (const op of other.#ops) if (!this.has(op)) missing.push(op)
    return missing.sort((a, b) => a - b)
  }
}

export class GtidLookup {
  readonly #set: GtidSet
  #uuid = ''
  #intervals: readonly number[] = []

  constructor(set: GtidSet) {
    this.#set = set
  }

  has({ uuid, number }: Gtid): boolean {
    if (uuid !== this.#uuid) {
      this.#uuid = uuid
      this.#intervals = this.#set.intervals(uuid)
    }
    const list = this.#intervals
    for (let i = list.length - 2; i >= 0; i -= 2) if (list[i]! <= number) return number <= list[i + 1]!
    return false
  }
}
