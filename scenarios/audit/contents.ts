/** What each transaction did, by its GTID, as the binlog says that was read first: a fingerprint of its rows, and the operations whose rows it holds. */
import { type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'

export interface Content {
  /** Of tables, kinds of change and rows: equal wherever the same was done. 48 bits. */
  readonly fingerprint: number
  /** Numbers of the rows that it put into the workload's table. */
  readonly ops: readonly number[]
}

const NO_OPS: readonly number[] = []

/** A run has hundreds of thousands of transactions: two columns for each uuid, by number. */
export class TransactionContents {
  readonly #fingerprints = new Map<string, number[]>()
  /** A number where there is one operation, as nearly everywhere. */
  readonly #ops = new Map<string, (number | readonly number[] | undefined)[]>()
  readonly #known = new MutableGtidSet()

  add({ uuid, number }: Gtid, { fingerprint, ops }: Content): void {
    if (!this.#fingerprints.has(uuid)) {
      this.#fingerprints.set(uuid, [])
      this.#ops.set(uuid, [])
    }
    this.#known.add({ uuid, number })
    this.#fingerprints.get(uuid)![number] = fingerprint
    this.#ops.get(uuid)![number] = ops.length === 1 ? ops[0]! : ops.length === 0 ? undefined : [...ops]
  }

  get(gtid: Gtid): Content | null {
    const fingerprint = this.#fingerprints.get(gtid.uuid)?.[gtid.number]
    return fingerprint === undefined ? null : { fingerprint, ops: this.opsOf(gtid) }
  }

  opsOf({ uuid, number }: Gtid): readonly number[] {
    const ops = this.#ops.get(uuid)?.[number]
    return ops === undefined ? NO_OPS : typeof ops === 'number' ? [ops] : ops
  }

  /** All whose content is known. */
  get known(): GtidSet {
    return this.#known
  }
}

/** Each transaction of a set, in ascending order of uuid and number. */
export function* eachOf(set: GtidSet): Generator<Gtid> {
  for (const uuid of set.uuids()) {
    const list = set.intervals(uuid)
    for (let i = 0; i < list.length; i += 2)
      for (let number = list[i]!; number <= list[i + 1]!; number++) yield { uuid, number }
  }
}
