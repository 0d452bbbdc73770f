/**
 * The network between the processes of a run on real servers: where each of them runs, where each reaches the others,
 * and what is done to the links between them. A run has one, made before its first process is started.
 *
 * A directed link `a->b` carries what `a` sends to `b`, whoever opened the connection: a replica opens the connection to
 * its source, but the transactions travel `source->replica`. So a TCP path, from an opener to an acceptor, has two pipes:
 * of the link opener->acceptor, and of the link acceptor->opener. A form applies the state of a link to each pipe of it,
 * of connections that are open and of those that are opened later.
 *
 * The harness is on none of these links: driver, witnesses, settling and the end state use the servers' own addresses.
 */
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import type { DelayDistribution } from '../../scenarios/scenario.ts'
import type { NetworkForm } from '../../scenarios/worlds.ts'

/** All that is done to a directed link now. Never a change: what is not said does not hold any more. */
export interface LinkState {
  /**
   * `drop`: silence. Open connections stay open and say nothing, new ones are not answered, and what was sent meanwhile
   * arrives after the heal, as TCP would have it. `reset`: connections over it, open and new ones, are reset.
   */
  readonly cut: 'drop' | 'reset' | null
  /** Each message takes the sum of these longer; they keep their order. */
  readonly delays: readonly DelayDistribution[]
  /** Null: as much as it can. */
  readonly bandwidthBytesPerSec: number | null
  /** Of the segments, from 0 to 1. They arrive 200 ms later, or 400 ms, 800 ms: as TCP sends them again, in order. */
  readonly lossRatio: number
  /** The end of a connection arrives this much later. */
  readonly closeDelayUs: number
}

export const WHOLE: LinkState = { cut: null, delays: [], bandwidthBytesPerSec: null, lossRatio: 0, closeDelayUs: 0 }

/** Where a process is reached by another. */
export interface Address {
  readonly host: string
  readonly port: number
  /** Of MySQL's administrative interface; 0: it has none. */
  readonly adminPort: number
}

/** Where a process of the run is to run. */
export interface Place {
  /** Words in front of its command; none: as it is. They must end in the command itself, under the same pid. */
  readonly prefix: readonly string[]
  /** The address that it listens on, and under which the harness reaches it. */
  readonly bind: string
}

/** What a look at a link is to find out. */
export type LinkAspect = 'delivery' | 'delay' | 'bandwidth' | 'loss' | 'close' | 'resets'

/** What an independent look saw in this one direction. */
export interface LinkSight {
  /** What was sent over it arrived in time. */
  readonly delivers: boolean
  /** Of `delay`: microseconds. `bandwidth`: bytes a second. `loss`: how many of those sent came late. `close`: microseconds. `resets`: how often
   * an open connection of the witness's was found to be none any more. `delivery`: microseconds. */
  readonly amount: number
  /** One line for people. */
  readonly text: string
  /** When: CLOCK_MONOTONIC, microseconds. Of a cut link when that was sent which did not arrive. */
  readonly seenUs: number
}

/** What a started process needs to know of the network: drivers and hosts of services ask for no more. */
export interface Places {
  placeOf(name: string): Place
}

export interface RunNetwork extends Places {
  readonly form: NetworkForm
  /** One line for people: why this form, and what it does here. */
  readonly reason: string
  /** Before the first process is started. Rejects with EnvironmentError. */
  start(): Promise<void>
  /** `name` listens at `address`, which is in the place it was given. Settles when everybody reaches it who may. */
  introduce(name: string, address: Address): Promise<void>
  /** Where `from` reaches `to`, which has been introduced. */
  addressOf(from: string, to: string): Address
  /** Does anything travel on it? Setting a link that nobody uses does nothing. */
  isUsed(link: Pair): boolean
  /** Settles when it holds. */
  set(link: Pair, state: LinkState): Promise<void>
  look(link: Pair, aspect: LinkAspect): Promise<LinkSight>
  /** Nothing of it is left. Any number of times, in any phase. */
  stop(): Promise<void>
}
