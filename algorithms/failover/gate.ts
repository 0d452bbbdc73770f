/**
 * Holds clients' operations back while the source is moved on purpose: they wait at the coordinator instead of failing.
 * Never for ever: whoever comes to a gate that has been closed for too long goes through, and finds what there is.
 */
import { type Deferred, deferred, type Fiber, now, wait } from '../effects.ts'

/** A planned move takes a fraction of this; one that runs into trouble does not hold clients any longer. */
const GATE_LIMIT_US = 2_000_000

export class Gate {
  #opened: Deferred<void> | null = null
  #closedUs = 0
  #inside = 0
  #empty: Deferred<void> | null = null

  get isClosed(): boolean {
    return this.#opened !== null
  }

  /** Not any more once it has been closed for too long. */
  holds(nowUs: number): boolean {
    return this.#opened !== null && nowUs < this.#closedUs + GATE_LIMIT_US
  }

  get inside(): number {
    return this.#inside
  }

  close(nowUs: number): void {
    this.#opened ??= deferred()
    this.#closedUs = nowUs
  }

  /** Lets go whoever waits. Returns for how long it was closed; null: it was open. */
  open(nowUs: number): number | null {
    const opened = this.#opened
    if (opened === null) return null
    this.#opened = null
    opened.settle()
    return nowUs - this.#closedUs
  }

  /** Waits while the gate is closed. */
  *pass(): Fiber<void> {
    while (this.#opened !== null) {
      const leftUs = this.#closedUs + GATE_LIMIT_US - (yield* now())
      if (leftUs <= 0) return
      yield* wait(this.#opened, leftUs)
    }
  }

  enter(): void {
    this.#inside++
  }

  leave(): void {
    if (--this.#inside > 0 || this.#empty === null) return
    this.#empty.settle()
    this.#empty = null
  }

  /** Waits until everybody who is inside has left, or until the deadline. */
  *emptied(deadlineUs: number): Fiber<void> {
    if (this.#inside === 0) return
    this.#empty ??= deferred()
    yield* wait(this.#empty, deadlineUs)
  }
}
