/** A growing set of GTIDs that is asked for its value more often than it changes: the copies are shared until it does. */
import { type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'

export class GtidLedger {
  #set: MutableGtidSet
  #copy: GtidSet | null = null

  constructor(set: MutableGtidSet = new MutableGtidSet()) {
    this.#set = set
  }

  /** To look at now; it will change. */
  get live(): GtidSet {
    return this.#set
  }

  /** A value: it will not change. */
  snapshot(): GtidSet {
    return (this.#copy ??= this.#set.clone())
  }

  add(gtid: Gtid): void {
    // A replica holds it before it executes it: nothing is new then.
    if (this.#set.has(gtid)) return
    this.#set.add(gtid)
    this.#copy = null
  }

  replace(set: MutableGtidSet): void {
    this.#set = set
    this.#copy = null
  }
}
