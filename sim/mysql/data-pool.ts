/**
 * A process's connections to one MySQL server for its clients' statements, one statement at a time on each: what is
 * beyond their number waits here, in order. Probes and administration have connections of their own (`Network.call`).
 */
import type { Call } from '../kernel/call.ts'
import { Fifo } from '../kernel/fifo.ts'
import type { Life } from '../kernel/process.ts'

export class DataPool {
  readonly #size: number
  readonly #waiting = new Fifo<Call>()
  #used = 0
  /** Connections that are open to this life of the server, idle ones among them. */
  #open = 0
  #serverLife: Life | null = null

  constructor(size: number) {
    this.#size = size
  }

  send(call: Call): void {
    if (this.#used < this.#size) this.#start(call)
    else this.#wait(call)
  }

  /** The statement is answered or given up; `isLeft`: that closes its connection, and another is opened for the next. */
  release(isLeft: boolean): void {
    this.#used--
    if (isLeft) this.#open--
    while (this.#waiting.length > 0) {
      const next = this.#waiting.shift()
      if (!next.isWanted) continue
      this.#start(next)
      return
    }
  }

  /** The server did not let a connection in. False: there is no other. */
  waitsForAnother(): boolean {
    this.#open--
    return this.#open > 0
  }

  /** It takes the next connection that is free, which one may be by now. */
  takeBack(call: Call): void {
    this.#used--
    if (this.#used < this.#open) this.#start(call)
    else this.#wait(call)
  }

  #wait(call: Call): void {
    call.isWaiting = true
    this.#waiting.push(call)
  }

  #start(call: Call): void {
    this.#used++
    const { life } = call.server
    if (life !== this.#serverLife) {
      this.#serverLife = life
      this.#open = 0
    }
    call.opensConnection = this.#used > this.#open
    if (call.opensConnection) this.#open = this.#used
    call.sendOver(this)
  }
}
