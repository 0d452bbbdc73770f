/** What a Raft server's state machine holds: the newest row of each key, as far as the log has been applied. */
import type { Entry } from '../../algorithms/raft/message.ts'

const NO_ROW = 0

export class Store {
  /** By key: the operation that wrote it last; operations are numbered from 1. */
  readonly #latest: Int32Array
  applied = 0

  constructor(keys: number) {
    this.#latest = new Int32Array(keys)
  }

  /** The entry behind the last applied one. */
  apply(entry: Entry): void {
    this.applied++
    if (entry.kind === 'write') this.#latest[entry.key] = entry.op
  }

  read(key: number): number | null {
    const op = this.#latest[key]!
    return op === NO_ROW ? null : op
  }
}
