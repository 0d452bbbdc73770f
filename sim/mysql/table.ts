/**
 * The workload's table, `operations(op PRIMARY KEY, key, ...)`: the set of operations, the newest row per key in the
 * order they were applied here, and a checksum that does not depend on that order.
 */
import type { RowValue } from '../../algorithms/statements.ts'
import { compareTimestamps, type Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import { OperationSet } from './operation-set.ts'

export class Table {
  /** By key: an array, because keys are drawn from 0 to a few thousand. */
  #newest: (RowValue | undefined)[] = []
  #present = new OperationSet()
  #size = 0
  #highest: Timestamp | null = null
  #laneA = 0
  #laneB = 0
  /** Of the other table: by the first row of each statement. */
  readonly #others = new Set<number>()

  /** All operations, as a value: made anew at each call. */
  get ops(): ReadonlySet<number> {
    return this.#present.toSet()
  }

  hasSameOps(other: Table): boolean {
    // As many here as there: it is enough to look one way.
    return this.#size === other.#size && this.#present.isWithin(other.#present)
  }

  has(op: number): boolean {
    return this.#present.has(op)
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
    this.#present.add(op)
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

  hasOther(id: number): boolean {
    return this.#others.has(id)
  }

  insertOther(id: number): void {
    if (this.#others.has(id)) throw new Error(`assertion: row ${id} is inserted twice`)
    this.#others.add(id)
    this.#mixOther(id, 1)
  }

  removeOther(id: number): void {
    if (this.#others.delete(id)) this.#mixOther(id, -1)
  }

  #mixOther(id: number, sign: 1 | -1): void {
    this.#laneA = (this.#laneA + sign * stir(0x1d872b41, id, 0, 0, 0)) | 0
    this.#laneB = (this.#laneB + sign * stir(0x5851f42d, id, 0, 0, 0)) | 0
  }

  /** A sum of row hashes in two lanes: equal tables have equal checksums, whatever order their rows came in. */
  checksum(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0')
    return `${this.#size}-${hex(this.#laneA)}${hex(this.#laneB)}`
  }

  clone(): Table {
    const copy = new Table()
    copy.#present = this.#present.clone()
    copy.#size = this.#size
    copy.#highest = this.#highest
    copy.#newest = this.#newest.slice()
    copy.#laneA = this.#laneA
    copy.#laneB = this.#laneB
    for (const id of this.#others) copy.#others.add(id)
    return copy
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
