/**
 * Operations are numbered from 1 without gaps, so a set of them is a byte each, which beats a Set by far. It grows by
 * itself.
 */
export class OperationSet {
  #bytes = new Uint8Array(4096)

  has(op: number): boolean {
    return this.#bytes[op] === 1
  }

  add(op: number): void {
    while (op >= this.#bytes.length) this.#grow()
    this.#bytes[op] = 1
  }

  delete(op: number): void {
    if (op < this.#bytes.length) this.#bytes[op] = 0
  }

  isWithin(other: OperationSet): boolean {
    const bytes = this.#bytes
    for (let op = 0; op < bytes.length; op++) if (bytes[op] === 1 && !other.has(op)) return false
    return true
  }

  /** As a value: made anew at each call. */
  toSet(): ReadonlySet<number> {
    const ops = new Set<number>()
    for (let op = 0; op < this.#bytes.length; op++) if (this.has(op)) ops.add(op)
    return ops
  }

  clone(): OperationSet {
    const copy = new OperationSet()
    copy.#bytes = this.#bytes.slice()
    return copy
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
