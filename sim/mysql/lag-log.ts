/** Replication lag, transaction by transaction and replica by replica, in columns that grow. */
import type { LagSeries } from '../../scenarios/record.ts'

class NodeLag {
  readonly node: string
  #commitUs = new Float64Array(1024)
  #lagUs = new Float64Array(1024)
  #length = 0

  constructor(node: string) {
    this.node = node
  }

  push(commitUs: number, lagUs: number): void {
    if (this.#length === this.#commitUs.length) {
      this.#commitUs = twice(this.#commitUs)
      this.#lagUs = twice(this.#lagUs)
    }
    this.#commitUs[this.#length] = commitUs
    this.#lagUs[this.#length++] = lagUs
  }

  since(startUs: number): LagSeries {
    // Applied in the order of their source, so nearly sorted: what was committed earlier is at the front.
    let from = 0
    while (from < this.#length && this.#commitUs[from]! < startUs) from++
    return {
      node: this.node,
      commitUs: this.#commitUs.subarray(from, this.#length).map((atUs) => atUs - startUs),
      lagUs: this.#lagUs.subarray(from, this.#length),
    }
  }
}

function twice(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2)
  larger.set(column)
  return larger
}

export class LagLog {
  /** In the order of the members. */
  readonly #nodes: readonly NodeLag[]

  constructor(nodes: readonly string[]) {
    this.#nodes = nodes.map((node) => new NodeLag(node))
  }

  record(member: number, commitUs: number, lagUs: number): void {
    this.#nodes[member]!.push(commitUs, lagUs)
  }

  /** What was committed at `startUs` or later, on a clock that begins there. */
  since(startUs: number): LagSeries[] {
    return this.#nodes.map((node) => node.since(startUs))
  }
}
