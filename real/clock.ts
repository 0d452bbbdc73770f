/**
 * The run's clock: CLOCK_MONOTONIC in integer microseconds since an origin that the parent process chose. Linux gives
 * every process of a host the same monotonic clock, so times from the coordinator, the clients and the parent compare.
 */
export class RunClock {
  /** Add to performance.now() in microseconds: the fast reading; the two clocks are one, with different zeros. */
  readonly #offsetUs: number

  constructor(originUs: number) {
    this.#offsetUs = RunClock.hostUs() - performance.now() * 1000 - originUs
  }

  /** Microseconds since the host started. */
  static hostUs(): number {
    return Number(process.hrtime.bigint() / 1000n)
  }

  now(): number {
    return Math.floor(performance.now() * 1000 + this.#offsetUs)
  }
}
