/**
 * The workload's table, `operations(op PRIMARY KEY, key, ...)`: the set of operations, the newest row per key in the
 * order they were applied here, and a checksum that does not depend on that order.
 */
import type { RowValue } from '../../algorithms/servers.ts'

export class Table {
  readonly #newest = new Map<number, RowValue>()
  readonly #ops = new Set<number>()
  #laneA = 0
  #laneB = 0

  get ops(): ReadonlySet<number> {
    return this.#ops
  }

  has(op: number): boolean {
    return this.#ops.has(op)
  }

  newest(key: number): RowValue | null {
    return this.#newest.get(key) ?? null
  }

  insert(key: number, row: RowValue): void {
    if (this.#ops.has(row.op)) throw new Error(`assertion: operation ${row.op} is inserted twice`)
    this.#ops.add(row.op)
    this.#newest.set(key, row)
    const counter = row.timestamp?.counter ?? 0
    const server = row.timestamp?.server ?? 0
    this.#laneA = (this.#laneA + stir(0x9e3779b9, row.op, key, counter, server)) | 0
    this.#laneB = (this.#laneB + stir(0x7f4a7c15, row.op, key, counter, server)) | 0
  }

  /** A sum of row hashes in two lanes: equal tables have equal checksums, whatever order their rows came in. */
  checksum(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0')
    return `${this.#ops.size}-${hex(this.#laneA)}${hex(this.#laneB)}`
  }

  clone(): Table {
    const copy = new Table()
    for (const op of this.#ops) copy.#ops.add(op)
    for (const [key, row] of this.#newest) copy.#newest.set(key, row)
    copy.#laneA = this.#laneA
    copy.#laneB = this.#laneB
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
