/**
 * The workload's table, `operations(op PRIMARY KEY, key, ...)`: the set of operations, the newest row per key in the
 * order they were applied here, and a checksum that does not depend on that order.
 */
import type { RowValue } from '../../algorithms/servers.ts'
import { compareTimestamps, type Timestamp } from '../../algorithms/timestamps/timestamp.ts'

export class Table {
  /** By key: an array, because keys are drawn from 0 to a few thousand. */
  #newest: (RowValue | undefined)[] = []
  /** By operation: 1 where it is here. Operations are numbered from 1 without gaps, so bytes beat a Set by far. */
  #present = new Uint8Array(4096)
  #size = 0
  #highest: Timestamp | null = null
  #laneA = 0
  #laneB = 0

  /** All operations, as a value: made anew at each call. */
  get ops(): ReadonlySet<number> {
    const ops = new Set<number>()
    for (let op = 0; op < this.#present.length; op++) if (this.#present[op] === 1) ops.add(op)
    return ops
  }

  hasSameOps(other: Table): boolean {
    if (this.#size !== other.#size) return false
    // As many here as there: it is enough to look one way.
    const ops = this.#present
    for (let op = 0; op < ops.length; op++) if (ops[op] === 1 && other.#present[op] !== 1) return false
    return true
  }

  has(op: number): boolean {
    return this.#present[op] === 1
  }

  get highestTimestamp(): Timestamp | null {
    return this.#highest
  }

  newest(key: number): RowValue | null {
    return this.#newest[key] ?? null
  }

  insert(key: number, row: RowValue): void {
    const { op } = row
    if (this.has(op)) throw new Error(`assertion: operation ${op} is inserted twice`)
    while (op >= this.#present.length) this.#grow()
    this.#present[op] = 1
    this.#size++
    this.#newest[key] = row
    const { timestamp } = row
    if (timestamp !== null && (this.#highest === null || compareTimestamps(timestamp, this.#highest) > 0))
      this.#highest = timestamp
    const counter = row.timestamp?.counter ?? 0
    const server = row.timestamp?.server ?? 0
    this.#laneA = (this.#laneA + stir(0x9e3779b9, op, key, counter, server)) | 0
    this.#laneB = (this.#laneB + stir(0x7f4a7c15, op, key, counter, server)) | 0
  }

  /** A sum of row hashes in two lanes: equal tables have equal checksums, whatever order their rows came in. */
  checksum(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0')
    return `${this.#size}-${hex(this.#laneA)}${hex(this.#laneB)}`
  }

  clone(): Table {
    const copy = new Table()
    copy.#present = this.#present.slice()
    copy.#size = this.#size
    copy.#highest = this.#highest
    copy.#newest = this.#newest.slice()
    copy.#laneA = this.#laneA
    copy.#laneB = this.#laneB
    return copy
  }

  #grow(): void {
    const larger = new Uint8Array(this.#present.length * 2)
    larger.set(this.#present)
    this.#present = larger
  }
}

function stir(start: number, op: number, key: number, counter: number, server: number): number {
  let hash = Math.imul(start ^ op, 0x85ebca6b)
  hash = Math.imul((hash ^ (hash >>> 15)) + key, 0x2c1b3c6d)
  hash = Math.imul((hash ^ (hash >>> 13)) + (counter | 0), 0x297a2d39)
  hash = Math.imul((hash ^ (hash >>> 16)) + Math.floor(counter / 0x1_0000_0000), 0xcc9e2d51)
  hash = Math.imul((hash ^ (hash >>> 15)) + server, 0x1b873593)
  return hash ^ (hash >>> 16)
}
