/**
 * What a timestamp algorithm is made of: a server, run as a process of its own in both worlds, and the client that a
 * coordinator asks through. Both come as one, because neither means anything without the other.
 */
import type { Fiber } from '../effects.ts'
import type { FiberProcess } from '../fiber.ts'
import type { Guaranteeing } from '../policy-facts.ts'
import { failed } from '../reasons/outcomes.ts'
import type { JournalServer, Outcome, RequestOf, TimestampRequests, TimestampServer } from '../servers.ts'
import type { Timestamp } from './timestamp.ts'

/** Where a coordinator gets its timestamps. */
export interface TimestampClient {
  /**
   * `after`: the largest timestamp that the asking session has seen; null: none. Only `hybrid` needs it, the others
   * order real time and so whatever a session can have seen. Null: no server answered in time, and no number of this
   * request will ever be used; nothing was written yet, so the write fails.
   */
  next(after: Timestamp | null): Fiber<Timestamp | null>
}

export interface TimestampServerPlace {
  /** 0-based, of `servers`. Timestamps carry `index + 1`. */
  readonly index: number
  /** All of them, this one included, by their names. */
  readonly servers: readonly TimestampServer[]
  /** This server's own durable log, which survives its death. */
  readonly journal: JournalServer
  /** UNSAFE, for `unsafe: [volatile-limit]`: does not read its own log when it starts, as if its limit had been in memory. */
  readonly volatileLimit: boolean
  /** oracle: how long a leader may issue without its peers' word. */
  readonly leaseUs: number
}

export interface RunningTimestampServer {
  /** A message. `answer` is called at most once, now or later; never when the process dies first. */
  handle(request: RequestOf<TimestampRequests>, answer: (outcome: Outcome<unknown>) => void): void
}

export interface TimestampDeadlines {
  /** One question to one server. */
  readonly requestUs: number
  /** One timestamp. */
  readonly giveUpUs: number
}

export interface TimestampAlgorithm extends Guaranteeing {
  /** Does one of its servers issue for all? Then a fault may aim at the role `issuer`. */
  readonly hasIssuer: boolean
  /** Its column in the table of algorithms/README.md. */
  readonly column: {
    readonly unique: string
    readonly order: string
    readonly goesOnWhile: string
    readonly deadServerCosts: string
    readonly messages: string
    readonly roundTrips: string
    readonly disk: string
  }
  /** Servers of a scenario that does not say how many. */
  readonly servers: number
  startServer(process: FiberProcess, place: TimestampServerPlace): RunningTimestampServer
  client(servers: readonly TimestampServer[], deadlines: TimestampDeadlines): TimestampClient
}

/** What a server answers to a request of another algorithm. */
export const UNKNOWN_REQUEST: Outcome<never> = failed({ code: 'unknown-request' })
