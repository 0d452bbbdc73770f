/** Looks at both clocks at once, until one of them was quick. */
const LOOKS = 100
const GOOD_US = 5

/**
 * The run's clock: CLOCK_MONOTONIC in integer microseconds since an origin that the parent process chose. Linux gives
 * every process of a host the same monotonic clock, so times from the coordinator, the clients and the parent compare.
 */
export class RunClock {
  /** Add to performance.now() in microseconds: the fast reading; the two clocks are one, with different zeros. */
  readonly #offsetUs: number
  /** This process's readings are right to so much. */
  readonly errorUs: number

  constructor(originUs: number) {
    // Whoever loses the processor between two readings would be late by that for the whole run.
    let best = { betweenUs: Number.POSITIVE_INFINITY, offsetUs: 0 }
    for (let look = 0; look < LOOKS && best.betweenUs > GOOD_US; look++) {
      const before = performance.now() * 1000
      const hostUs = RunClock.hostUs()
      const betweenUs = performance.now() * 1000 - before
      if (betweenUs < best.betweenUs) best = { betweenUs, offsetUs: hostUs - before - betweenUs / 2 }
    }
    this.#offsetUs = best.offsetUs - originUs
    this.errorUs = best.betweenUs / 2 + 1
  }

  /** Microseconds since the host started. */
  static hostUs(): number {
    return Number(process.hrtime.bigint() / 1000n)
  }

  now(): number {
    return Math.floor(performance.now() * 1000 + this.#offsetUs)
  }
}
