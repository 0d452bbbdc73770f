/**
 * Does the source still execute writes? Under semi-sync a write whose receipts do not come hangs inside its statement,
 * before anybody could wait for its quorum; probes and reads are answered all the while.
 */

/** After so long without any write, observation begins anew: what hung before then says nothing about the write that starts now. */
const PAUSE_US = 1_000_000

export class Executions {
  #running = 0
  #lastEndedUs = 0
  /** The first write since which none has been executed. */
  #firstUs: number | null = null

  began(nowUs: number): void {
    if (this.#running === 0 && nowUs - this.#lastEndedUs > PAUSE_US) this.#firstUs = null
    this.#running++
    this.#firstUs ??= nowUs
  }

  ended(executed: boolean, nowUs: number): void {
    this.#running--
    this.#lastEndedUs = nowUs
    if (executed) this.#firstUs = null
  }

  /** Since when writes have been tried and none was executed; null: nothing hangs. */
  get hangingSinceUs(): number | null {
    return this.#running > 0 ? this.#firstUs : null
  }
}
