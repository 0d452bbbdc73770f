/**
 * What one server of the `oracle` remembers of its leaders, and what it promises them. A leader needs the word of a
 * majority for everything, and any two majorities share a server that keeps these promises:
 *
 * - `acquire(term, owner)`: only in a term above all earlier ones, and to another owner only when the last lease has run
 *   out. So no two leases overlap.
 * - `renew(term)`: the latest term's lease lasts a whole lease from now on.
 * - `save(term, bound)`: only in the latest term. So what an old leader saved is known to the majority that elects the
 *   next one, which begins above it; and an old leader saves nothing any more.
 *
 * Leases compare durations on one's own clock. A restarted server does not know when it gave its last one, so it counts
 * from its restart. `release` gives a term up whose owner did not win it, so that a split vote costs no lease.
 *
 * Pure: readings of the clock come in; `record` is to be on disk before the reply goes out.
 */
import type { GrantReply } from '../servers.ts'

export interface GrantRecord {
  readonly term: number
  readonly owner: number
  readonly bound: number
}

export class LeaseGrants {
  readonly #leaseUs: number
  #term = 0
  #owner: number | null = null
  #bound = 0
  #heldUntilUs = Number.NEGATIVE_INFINITY

  /** `records`: what was ever written; `nowUs`: this server's clock. */
  constructor(records: readonly GrantRecord[], nowUs: number, leaseUs: number) {
    this.#leaseUs = leaseUs
    for (const { term, owner, bound } of records) {
      if (term >= this.#term) {
        this.#term = term
        this.#owner = owner
      }
      this.#bound = Math.max(this.#bound, bound)
    }
    if (records.length > 0) this.#heldUntilUs = nowUs + leaseUs
  }

  get term(): number {
    return this.#term
  }

  /** The owner of the lease that still runs; null: nobody's does. */
  holder(nowUs: number): number | null {
    return nowUs < this.#heldUntilUs ? this.#owner : null
  }

  /** How long another owner has to wait. */
  freeInUs(nowUs: number): number {
    return Math.max(0, this.#heldUntilUs - nowUs)
  }

  get record(): GrantRecord {
    return { term: this.#term, owner: this.#owner ?? 0, bound: this.#bound }
  }

  /** Would a lease be granted to `owner` now? Changes nothing: who asks this first leaves no terms behind that nobody won. */
  survey(owner: number, nowUs: number): GrantReply {
    const holder = this.holder(nowUs)
    return this.#reply(holder === null || holder === owner)
  }

  acquire(term: number, owner: number, nowUs: number): GrantReply {
    const holder = this.holder(nowUs)
    if (term <= this.#term || (holder !== null && holder !== owner)) return this.#reply(false)
    this.#term = term
    this.#owner = owner
    this.#heldUntilUs = nowUs + this.#leaseUs
    return this.#reply(true)
  }

  renew(term: number, nowUs: number): GrantReply {
    if (term !== this.#term) return this.#reply(false)
    this.#heldUntilUs = nowUs + this.#leaseUs
    return this.#reply(true)
  }

  release(term: number): GrantReply {
    if (term !== this.#term) return this.#reply(false)
    this.#heldUntilUs = Number.NEGATIVE_INFINITY
    return this.#reply(true)
  }

  save(term: number, bound: number): GrantReply {
    if (term !== this.#term) return this.#reply(false)
    this.#bound = Math.max(this.#bound, bound)
    return this.#reply(true)
  }

  #reply(granted: boolean): GrantReply {
    return { granted, term: this.#term, bound: this.#bound }
  }
}
