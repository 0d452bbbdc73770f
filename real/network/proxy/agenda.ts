/** What waits for its time in the proxy: pipes with something under way, and single actions. */
import { Alarm } from './alarm.ts'

/** Something of it is due at times that it knows itself. */
export interface Waiting {
  /** Does what is due; returns when the next is (performance.now()), or Infinity: then it does not wait any more. */
  due(nowMs: number): number
}

export class Agenda {
  readonly #waiting = new Set<Waiting>()
  readonly #alarm = new Alarm(() => this.#ring())

  /** From now on it waits, until it says that it does not. */
  cover(waiting: Waiting, dueMs: number): void {
    this.#waiting.add(waiting)
    if (dueMs !== Number.POSITIVE_INFINITY) this.#alarm.cover(dueMs)
  }

  after(ms: number, action: () => void): void {
    const atMs = performance.now() + ms
    const once: Waiting = {
      due(nowMs) {
        if (nowMs < atMs) return atMs
        action()
        return Number.POSITIVE_INFINITY
      },
    }
    this.cover(once, atMs)
  }

  stop(): Promise<void> {
    return this.#alarm.stop()
  }

  #ring(): void {
    const nowMs = performance.now()
    let nextMs = Number.POSITIVE_INFINITY
    for (const waiting of [...this.#waiting]) {
      const dueMs = waiting.due(nowMs)
      if (dueMs === Number.POSITIVE_INFINITY) this.#waiting.delete(waiting)
      else nextMs = Math.min(nextMs, dueMs)
    }
    if (nextMs !== Number.POSITIVE_INFINITY) this.#alarm.cover(nextMs)
  }
}
