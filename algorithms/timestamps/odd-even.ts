/**
 * The seed's timestamps: of N servers, server i (0-based) hands out i+1, i+1+N, i+1+2N, ... from memory; a client asks
 * one server picked at random and falls back to the next. It gives unique numbers while no server restarts, ascending
 * per server. It gives no real-time order (the servers drift apart), and numbers repeat after a server's restart.
 */
import type { TimestampAlgorithm } from './algorithm.ts'
import { UNKNOWN_REQUEST } from './algorithm.ts'
import { askAnyServer } from './any-server.ts'
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

  /** Back to the first number: what was given out will be given out again. */
  reset(): void {
    this.#next = this.#server
  }
}

export const ODD_EVEN: TimestampAlgorithm = {
  name: 'odd-even',
  parameters: [],
  colour: 5,
  promise: 'unique numbers while no timestamp server restarts; ascending per server',
  noPromise: 'real-time order; uniqueness across a restart',
  guarantees: [],
  hasIssuer: false,
  column: {
    unique: 'until a server restarts',
    order: 'per server',
    goesOnWhile: 'one answers',
    deadServerCosts: 'nothing',
    messages: '2',
    roundTrips: '1',
    disk: 'never',
  },
  servers: 2,

  startServer(_process, { index, servers }) {
    const server = new OddEvenServer(index, servers.length)
    return {
      handle({ kind }, answer) {
        if (kind === 'next') answer({ kind: 'ok', reply: { timestamp: server.next() } })
        else if (kind === 'reset') {
          server.reset()
          answer({ kind: 'ok', reply: {} })
        } else answer(UNKNOWN_REQUEST)
      },
    }
  },

  client: (servers, { requestUs }) => ({
    next: () => askAnyServer(servers, { kind: 'next' }, requestUs),
  }),
}
