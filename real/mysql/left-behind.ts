/**
 * Statements that were given up and that their server may still be running. A commit that waits for receipts ends with
 * their coming alone: neither a closed connection nor a KILL shortens that. Each of them holds one of the server's
 * connections, so each keeps its place in the pool: an outage, however long, leaves no more of them behind than the pool
 * is large, and the server's `max_connections` are left to others.
 */
import { DeadlineTimer } from '../transport/deadline-timer.ts'

/** Which of these threads are there and busy? Null: the server did not say. */
export type AskThreads = (threads: readonly number[], done: (busy: readonly number[] | null) => void) => void

/** Between two questions, while somebody waits for a place. */
const AGAIN_MS = 20

export class LeftBehind {
  readonly #ask: AskThreads
  readonly #onFewer: () => void
  #threads: ReadonlySet<number> = new Set()
  #isAsking = false
  readonly #again = new DeadlineTimer(() => {
    this.#isAsking = false
    this.#onFewer()
    return Number.POSITIVE_INFINITY
  })

  /** `onFewer`: there may be a place; who still finds none looks again. */
  constructor(ask: AskThreads, onFewer: () => void) {
    this.#ask = ask
    this.#onFewer = onFewer
  }

  get count(): number {
    return this.#threads.size
  }

  add(thread: number): void {
    this.#threads = new Set([...this.#threads, thread])
  }

  /** Somebody waits for a place. */
  look(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    const asked = this.#threads
    this.#ask([...asked], (busy) => {
      // Whoever does not even answer this is not spared by fewer connections.
      const left = busy === null ? [] : busy
      this.#threads = new Set([...this.#threads].filter((thread) => !asked.has(thread) || left.includes(thread)))
      this.#again.cover(performance.now() + AGAIN_MS)
      if (this.#threads.size < asked.size) this.#onFewer()
    })
  }

  stop(): void {
    this.#again.stop()
  }
}
