/**
 * The client's half of TaaS as a state machine: one session gets one timestamp. (Li et al., "Timestamp as a Service,
 * not an Oracle", PVLDB 17(5):994-1006, section 3; N servers, any M of them.)
 *
 * Every reply to a tick of this session exceeds what its server's clock showed when the session began, so the M-th
 * smallest of them exceeds the M-th smallest clock at the beginning. It is returned once N-M+1 clocks are known to have
 * reached it, so that it is at most the M-th smallest clock at the end. Clocks only grow: sessions that follow one
 * another get ascending timestamps. Unique, because a reply is given to one tick only.
 */
import { compareTimestamps, type Timestamp } from './timestamp.ts'

/**
 * What each server's clock has reached at least, as far as any reply ever told. It only grows, so late, repeated and
 * lost replies do no harm, and it may be forgotten (a crash of the client) at any time.
 */
export class TaasCache {
  readonly highest: (Timestamp | null)[]

  constructor(servers: number) {
    this.highest = Array.from({ length: servers }, () => null)
  }

  saw(server: number, timestamp: Timestamp): void {
    if (this.isBelow(server, timestamp)) this.highest[server] = timestamp
  }

  isBelow(server: number, timestamp: Timestamp): boolean {
    const highest = this.highest[server]!
    return highest === null || compareTimestamps(highest, timestamp) < 0
  }
}

/** To be sent: `tick(after)` to server number `server` (0-based). */
export interface Tick {
  readonly server: number
  readonly after: number
}

export class TaasSession {
  readonly #cache: TaasCache
  /** M: so many replies make a candidate. */
  readonly #quorum: number
  /** The smallest reply of each server to a tick of this session; null: none yet (TOP in the paper). */
  readonly #replies: (Timestamp | null)[]
  /** The floor of the last tick sent to each server; -1: none. */
  readonly #asked: number[]
  /** The timestamp that this session got; null while it goes on. */
  result: Timestamp | null = null

  constructor(cache: TaasCache, quorum: number) {
    const servers = cache.highest.length
    if (quorum < 1 || quorum > servers) throw new Error(`assertion: ${quorum} of ${servers} servers`)
    this.#cache = cache
    this.#quorum = quorum
    this.#replies = Array.from({ length: servers }, () => null)
    this.#asked = Array.from({ length: servers }, () => -1)
  }

  /** The reply to a tick of this session; one that comes when the session is over still tells where the clock is. */
  reply(server: number, timestamp: Timestamp): void {
    this.#cache.saw(server, timestamp)
    if (this.result !== null) return
    const earlier = this.#replies[server]!
    if (earlier === null || compareTimestamps(timestamp, earlier) < 0) this.#replies[server] = timestamp
    this.#conclude(this.#candidate())
  }

  /** What is to be sent now, each once; nothing when the session is over. */
  asks(): readonly Tick[] {
    const candidate = this.#candidate()
    // Replies to other sessions may have been what was missing.
    this.#conclude(candidate)
    if (this.result !== null) return []
    const after = candidate?.counter ?? 0
    const ticks: Tick[] = []
    for (let server = 0; server < this.#replies.length; server++) {
      const lacks = candidate === null ? this.#replies[server] === null : this.#cache.isBelow(server, candidate)
      if (!lacks || this.#asked[server] === after) continue
      this.#asked[server] = after
      ticks.push({ server, after })
    }
    return ticks
  }

  /** Time has passed and something may be lost: `asks` gives what is still wanted once more. */
  repeat(): void {
    this.#asked.fill(-1)
  }

  /** The M-th smallest reply. */
  #candidate(): Timestamp | null {
    const replies = this.#replies.filter((reply) => reply !== null)
    return replies.length < this.#quorum ? null : replies.sort(compareTimestamps)[this.#quorum - 1]!
  }

  #conclude(candidate: Timestamp | null): void {
    if (candidate === null || this.result !== null) return
    const servers = this.#replies.length
    let reached = 0
    for (let server = 0; server < servers; server++) if (!this.#cache.isBelow(server, candidate)) reached++
    if (reached >= servers - this.#quorum + 1) this.result = candidate
  }
}
