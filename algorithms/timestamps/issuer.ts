/**
 * One term of an `oracle`'s leader: numbers from memory, below a bound that a majority has saved, while its lease runs.
 *
 * The order of the two steps is what makes this safe against a pause at any point. First a number is taken, then the
 * clock is read: if the lease runs at that reading, it ran when the number was taken, nobody else led at that moment,
 * and the moment lies within the client's request. However late the reply is sent, it says what was true then. The
 * other way round (check, pause, take) is the classic hole.
 *
 * It rests on one assumption: during a lease no two clocks differ in rate by more than 1/DRIFT_SHARE, the clock that
 * stands still while its machine is suspended included. SIGSTOP, crashes and any delay of messages are covered.
 */
import { LimitedCounter } from './limited-counter.ts'

/** A leader counts its lease shorter than its peers do, by this share. */
export const DRIFT_SHARE = 20
const RESERVE = 10_000

export class Issuer {
  readonly term: number
  readonly #leaseUs: number
  readonly #counter: LimitedCounter
  #validUntilUs: number

  /** `bound`: the highest that any server of the electing majority has saved; `askedUs`: before any of them was asked. */
  constructor(term: number, bound: number, askedUs: number, leaseUs: number) {
    this.term = term
    this.#leaseUs = leaseUs - Math.ceil(leaseUs / DRIFT_SHARE)
    this.#counter = new LimitedCounter(bound, RESERVE)
    this.#validUntilUs = askedUs + this.#leaseUs
  }

  /** The next number. It may be given out if it is covered and then, read after this, the clock is within the lease. */
  take(): number {
    return this.#counter.advance(0)
  }

  isCovered(number: number): boolean {
    return this.#counter.covers(number)
  }

  holdsLease(nowUs: number): boolean {
    return nowUs < this.#validUntilUs
  }

  /** A majority has renewed; `askedUs`: before any of it was asked. */
  renewed(askedUs: number): void {
    this.#validUntilUs = Math.max(this.#validUntilUs, askedUs + this.#leaseUs)
  }

  /** The bound to save next, one at a time; null while there is enough left. */
  wanted(): number | null {
    return this.#counter.wanted()
  }

  /** A majority has saved it. */
  saved(bound: number): void {
    this.#counter.extended(bound)
  }
}
