/**
 * What one client remembers between its operations, and sends along with each: the coordinator keeps nothing of it.
 * Sets are never changed, only replaced: a request that is still under way keeps the one it was sent with.
 */
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { ReadReply, Session, WriteReply } from '../../algorithms/servers.ts'
import type { Consistency } from '../../algorithms/statements.ts'
import { compareTimestamps, type Timestamp } from '../../algorithms/timestamps/timestamp.ts'

export class ClientSession {
  /** Index of the coordinator that this client speaks to. */
  coordinator = 0
  /** Waits for its answer as long as its deadline allows, whoever reigns meanwhile. */
  readonly isPatient: boolean
  #seen: GtidSet | null
  #timestamp: Timestamp | null = null
  #now: Session

  /** `keepsSeen`: only where some operation is SESSION; GTID sets cost something, above all on a real network. */
  constructor(keepsSeen: boolean, isPatient = false) {
    this.isPatient = isPatient
    this.#seen = keepsSeen ? EMPTY_GTID_SET : null
    this.#now = { seen: this.#seen, timestamp: null }
  }

  get now(): Session {
    return this.#now
  }

  /** What was not acknowledged may be lost: a session that waited for it could wait for ever. */
  wrote(consistency: Consistency, { verdict, gtid, timestamp }: WriteReply): void {
    if (timestamp !== null && (this.#timestamp === null || compareTimestamps(timestamp, this.#timestamp) > 0))
      this.#timestamp = timestamp
    if (this.#seen !== null && gtid !== null && verdict === 'ok' && consistency !== 'EVENTUAL') {
      const seen = new MutableGtidSet()
      seen.addAll(this.#seen)
      seen.add(gtid)
      this.#seen = seen
    }
    this.#now = { seen: this.#seen, timestamp: this.#timestamp }
  }

  read(reply: ReadReply): void {
    if (this.#seen === null || reply.verdict !== 'ok' || reply.seen === null) return
    // Nearly always: a read shows at least what its session had seen before.
    this.#seen = reply.seen.covers(this.#seen) ? reply.seen : reply.seen.union(this.#seen)
    this.#now = { seen: this.#seen, timestamp: this.#timestamp }
  }
}
