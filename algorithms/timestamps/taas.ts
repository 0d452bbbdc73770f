/**
 * Timestamp as a Service (Li et al., PVLDB 17(5):994-1006): N servers that never talk to each other, timestamps in
 * real-time order, no leader and so no failover. Available while max(M, N-M+1) servers answer; N = 2M-1 here, so while
 * a majority does. One round trip when all answer, else at most two to the M-th nearest.
 *
 * Unlike the authors' code a session repeats what was lost, so it cannot wait for ever.
 */
import { call, type Deferred, deferred, type Fiber, fork, now, wait } from '../effects.ts'
import type { TimestampServer } from '../servers.ts'
import type { TimestampAlgorithm, TimestampClient, TimestampDeadlines } from './algorithm.ts'
import { TaasCache, TaasSession, type Tick } from './taas-session.ts'
import { startTickServer } from './tick-server.ts'
import type { Timestamp } from './timestamp.ts'

const RESERVE = 10_000
/** Silence before a tick is repeated (10 ms in the authors' code); twice as long after every silence, up to the limit. */
const REPEAT_US = 10_000
const REPEAT_LIMIT_US = 160_000

export const TAAS: TimestampAlgorithm = {
  name: 'taas',
  parameters: [],
  colour: 0,
  promise: 'unique and in real-time order, whatever crashes, is lost, repeated or late',
  noPromise: 'progress without max(M, N-M+1) of N servers',
  guarantees: ['unique-timestamps', 'timestamps-in-real-time', 'timestamps-in-session'],
  hasIssuer: false,
  column: {
    unique: 'always',
    order: 'real time',
    goesOnWhile: 'a majority answers',
    deadServerCosts: 'nothing',
    messages: '2N, at most some 4N',
    roundTrips: '1 to the farthest, or at most 2 to the M-th nearest',
    disk: 'once in thousands of numbers, ahead of need',
  },
  servers: 3,

  startServer: (process, place) =>
    startTickServer(process, place, {
      reserve: RESERVE,
      floor: () => 0,
      *recover() {},
    }),

  client: taasClient,
}

function taasClient(servers: readonly TimestampServer[], { giveUpUs }: TimestampDeadlines): TimestampClient {
  const cache = new TaasCache(servers.length)
  const quorum = Math.floor(servers.length / 2) + 1
  return {
    *next(): Fiber<Timestamp | null> {
      const exchange: Exchange = { servers, session: new TaasSession(cache, quorum), news: deferred() }
      const endUs = (yield* now()) + giveUpUs
      for (let silenceUs = REPEAT_US; ; ) {
        const ticks = exchange.session.asks()
        if (exchange.session.result !== null) return exchange.session.result
        // Daemons: a reply that comes when the session is over still tells the cache where that server's clock is.
        for (const tick of ticks)
          yield* fork(`tick-${servers[tick.server]!.name}`, exchangeTick(exchange, tick, giveUpUs), { daemon: true })
        if ((yield* wait(exchange.news, silenceUs)) === undefined) {
          if ((yield* now()) >= endUs) return null
          exchange.session.repeat()
          silenceUs = Math.min(2 * silenceUs, REPEAT_LIMIT_US)
        }
        exchange.news = deferred()
      }
    },
  }
}

interface Exchange {
  readonly servers: readonly TimestampServer[]
  readonly session: TaasSession
  /** Settled by the next reply. */
  news: Deferred<true>
}

function* exchangeTick(exchange: Exchange, { server, after }: Tick, deadlineUs: number): Fiber<void> {
  const outcome = yield* call(exchange.servers[server]!, { kind: 'tick', after }, deadlineUs)
  if (outcome.kind !== 'ok') return
  exchange.session.reply(server, outcome.reply.timestamp)
  exchange.news.settle(true)
}
