/**
 * One Node timer for many deadlines. Nearly every call is answered long before its deadline, so a timer of its own would
 * be set and cleared for nothing, thousands of times a second. Here a deadline is a number that its owner keeps. The
 * timer is set for the earliest one there was; when it fires, the owner expires what is due, and says what is due next.
 * Never early; late by LATEST_MS at most when deadlines follow each other closely.
 */
const LATEST_MS = 5

export class DeadlineTimer {
  readonly #expire: (nowMs: number) => number
  #timer: NodeJS.Timeout | null = null
  #armedForMs = Number.POSITIVE_INFINITY

  /** `expire` ends everything that is due at `nowMs` (performance.now()) and returns the next deadline, or Infinity. */
  constructor(expire: (nowMs: number) => number) {
    this.#expire = expire
  }

  /** Something is due at `dueMs` from now on. What has been answered before need not be taken back. */
  cover(dueMs: number): void {
    if (dueMs < this.#armedForMs) this.#arm(dueMs, dueMs - performance.now())
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#armedForMs = Number.POSITIVE_INFINITY
  }

  #arm(dueMs: number, inMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#armedForMs = dueMs
    // Whatever the deadline is for keeps the process alive; a deadline that nobody waits for any more must not.
    this.#timer = setTimeout(fire, Math.ceil(inMs), this).unref()
  }

  /** The runtime's. */
  fire(): void {
    this.#timer = null
    this.#armedForMs = Number.POSITIVE_INFINITY
    const nowMs = performance.now()
    const nextMs = this.#expire(nowMs)
    // What was expired may have begun something that is due sooner, and armed the timer for it.
    if (nextMs < this.#armedForMs) this.#arm(nextMs, Math.max(LATEST_MS, nextMs - nowMs))
  }
}

function fire(timer: DeadlineTimer): void {
  timer.fire()
}
