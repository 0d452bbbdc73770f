/** Replication lag, transaction by transaction and replica by replica, in columns that grow. */
import type { LagSeries } from '../scenarios/record.ts'

class Column {
  #values = new Float64Array(1024)
  length = 0

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(this.length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.length++] = value
  }

  at(index: number): number {
    return this.#values[index]!
  }

  values(from: number): Float64Array {
    return this.#values.subarray(from, this.length)
  }
}

export class LagLog {
  /** In the order of the members. */
  readonly #nodes: readonly { readonly node: string; readonly commitUs: Column; readonly lagUs: Column }[]

  constructor(nodes: readonly string[]) {
    this.#nodes = nodes.map((node) => ({ node, commitUs: new Column(), lagUs: new Column() }))
  }

  record(member: number, commitUs: number, lagUs: number): void {
    const columns = this.#nodes[member]!
    columns.commitUs.push(commitUs)
    columns.lagUs.push(lagUs)
  }

  /** What was committed at `startUs` or later, on a clock that begins there. */
  since(startUs: number): LagSeries[] {
    return this.#nodes.map(({ node, commitUs, lagUs }) => {
      // Applied in the order of their source, so nearly sorted: what was committed earlier is at the front.
      let from = 0
      while (from < commitUs.length && commitUs.at(from) < startUs) from++
      return { node, commitUs: commitUs.values(from).map((atUs) => atUs - startUs), lagUs: lagUs.values(from) }
    })
  }
}
