/**
 * A process's connections to one MySQL server for its clients' statements, one statement at a time on each: what is
 * beyond their number waits here, in order. Probes and administration have connections of their own (`Network.call`).
 */
import type { Call } from '../kernel/call.ts'
import { Fifo } from '../kernel/fifo.ts'

export class DataPool {
  readonly #size: number
  readonly #waiting = new Fifo<Call>()
  #used = 0

  constructor(size: number) {
    this.#size = size
  }

  send(call: Call): void {
    if (this.#used < this.#size) this.#start(call)
    else {
      call.isWaiting = true
      this.#waiting.push(call)
    }
  }

  /** The statement is answered or given up (which closes its connection, and another is opened for the next). */
  release(): void {
    this.#used--
    while (this.#waiting.length > 0) {
      const next = this.#waiting.shift()
      if (!next.isWanted) continue
      this.#start(next)
      return
    }
  }

  #start(call: Call): void {
    this.#used++
    call.sendOver(this)
  }
}
