/**
 * One issuer at a time, as TiDB's placement driver does it: a leader with a lease hands out numbers from memory below a
 * durable upper bound. One round trip to one server, the cheapest of all; but when the leader dies, nobody issues until
 * its lease has run out (10 to 12 s in the measurements of Li et al., PVLDB 17(5):994-1006, section 5).
 *
 * Timestamps are unique whatever the clocks do, and in real-time order while their rates are close (issuer.ts).
 */
import { call, type Fiber, now, sleep } from '../effects.ts'
import type { TimestampServer } from '../servers.ts'
import type { TimestampAlgorithm, TimestampClient, TimestampDeadlines } from './algorithm.ts'
import { startOracleServer } from './oracle-server.ts'
import type { Timestamp } from './timestamp.ts'

/** After every server has been asked in vain. */
const RETRY_US = 20_000

export const ORACLE: TimestampAlgorithm = {
  name: 'oracle',
  parameters: [],
  colour: 1,
  promise: 'unique and in real-time order, while no two clocks differ in rate by 5 % or more',
  noPromise: 'progress for one lease after its leader dies; order on a machine whose clock is suspended',
  guarantees: ['unique-timestamps', 'timestamps-in-real-time', 'timestamps-in-session'],
  hasIssuer: true,
  column: {
    unique: 'always',
    order: 'real time',
    goesOnWhile: 'a majority answers, one of it leads',
    deadServerCosts: 'a lease (3 s) if it led',
    messages: '2',
    roundTrips: '1 to the leader',
    disk: 'once in thousands of numbers, by a majority',
  },
  servers: 3,
  startServer: startOracleServer,
  client: oracleClient,
}

function oracleClient(
  servers: readonly TimestampServer[],
  { requestUs, giveUpUs }: TimestampDeadlines,
): TimestampClient {
  let leader = 0
  return {
    *next(): Fiber<Timestamp | null> {
      const endUs = (yield* now()) + giveUpUs
      for (let tries = 1; ; tries++) {
        const asked = leader
        const outcome = yield* call(servers[asked]!, { kind: 'issue' }, requestUs)
        if (outcome.kind === 'ok' && outcome.reply.kind === 'issued') return outcome.reply.timestamp
        // Unless somebody else found out meanwhile.
        if (leader === asked) {
          const hint = outcome.kind === 'ok' && outcome.reply.kind === 'elsewhere' ? outcome.reply.leader : null
          leader = hint ?? (asked + 1) % servers.length
        }
        if ((yield* now()) >= endUs) return null
        if (tries % servers.length === 0) yield* sleep(RETRY_US)
      }
    },
  }
}
