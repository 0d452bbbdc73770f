/**
 * The seed's timestamps: of N servers, server i (0-based) hands out i+1, i+1+N, i+1+2N, ... from memory; a client asks
 * one server picked at random and falls back to the next. It gives unique numbers while no server restarts, ascending
 * per server. It gives no real-time order (the servers drift apart), and numbers repeat after a server's restart.
 */
import { call, type Fiber, random } from '../effects.ts'
import type { TimestampServer } from '../servers.ts'
import type { TimestampClient } from './client.ts'
import type { Timestamp } from './timestamp.ts'

export class OddEvenServer {
  readonly #server: number
  readonly #step: number
  #next: number

  /** `index` is 0-based, of `servers` in all. */
  constructor(index: number, servers: number) {
    this.#server = index + 1
    this.#step = servers
    this.#next = index + 1
  }

  next(): Timestamp {
    const counter = this.#next
    this.#next += this.#step
    return { counter, server: this.#server }
  }
}

export function oddEvenClient(servers: readonly TimestampServer[], deadlineUs: number): TimestampClient {
  return {
    *next(): Fiber<Timestamp | null> {
      const first = Math.floor((yield* random('timestamp-choice')) * servers.length)
      for (let i = 0; i < servers.length; i++) {
        const outcome = yield* call(servers[(first + i) % servers.length]!, { kind: 'next' }, deadlineUs)
        if (outcome.kind === 'ok') return outcome.reply.timestamp
      }
      return null
    },
  }
}
