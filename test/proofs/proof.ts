/** What a proof consists of: kinds of attempts on a live cluster, each with how often it is wanted, and a line for each attempt made. */
import type { FailoverPhases } from '../../scenarios/result-durations.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { LiveCluster } from './live-cluster.ts'
import type { Stamp } from './stamp.ts'

/** What an attempt says beside what is judged of every one: durations end in `Ms`. */
export type Facts = Readonly<Record<string, number | string | boolean | null>>

export interface Kind {
  /** Of attempts in the whole proof. */
  readonly count: number
  /** What has to be found: a new source, unplanned or planned, a new epoch of whichever source, or that the epoch goes on. */
  readonly expects: 'failover' | 'move' | 'take-over' | 'no failover'
  /** From a healed cluster to a healed one. `turn`: attempts of this kind before it. Throws what is Late. */
  perform(live: LiveCluster, turn: number): Promise<Facts>
}

export interface Proof {
  /** One line for people. */
  readonly says: string
  readonly scenario: Scenario
  readonly kinds: Readonly<Record<string, Kind>>
}

/** One attempt as it is kept: a line of JSON. */
export interface Trial extends Stamp {
  readonly proof: string
  readonly kind: string
  readonly turn: number
  /** Of the live cluster that it was made on. */
  readonly cluster: string
  /** Why it says nothing and is made again; null: it counts. */
  readonly void: string | null
  /** Empty: as it has to be. */
  readonly problems: readonly string[]
  readonly faults: readonly {
    readonly label: string
    readonly before: string
    readonly during: string
    readonly healedMs: number | null
  }[]
  readonly oldSource: string
  readonly newSource: string
  /** From the fault's witness to the first acknowledged STRONG write of the new epoch begun after it; null: there was none. */
  readonly failoverMs: number | null
  readonly phasesMs: FailoverPhases | null
  /** Acknowledged STRONG writes that were looked for on every server, and those that one lacked. */
  readonly acknowledged: number
  readonly lost: number
  readonly singleWriter: string
  /** Operations that did not end well while it lasted. */
  readonly failed: number
  readonly unknown: number
  readonly tookMs: number
  readonly facts: Facts
}

/** The end of a live cluster: its whole history and its servers, judged as after any run. */
export interface ClusterEnd extends Stamp {
  readonly proof: string
  readonly cluster: string
  readonly attempts: number
  /** Acknowledged writes that the end state lacks; null: it could not be read. */
  readonly lost: number | null
  readonly acknowledged: number
  /** Verdicts of the scenario's checks, and of the audit. */
  readonly checks: Readonly<Record<string, string>>
  /** Why it was given up before its attempts were made; null: it was not. */
  readonly gaveUp: string | null
  /** Processes, directories and records that outlived it. */
  readonly left: readonly string[]
}

/** One that was given up may not have been read; what is not known of it its attempts say. */
export function isWellEnded({ lost, checks, gaveUp, left }: ClusterEnd): boolean {
  const isRead = lost === 0 || (lost === null && gaveUp !== null)
  return isRead && left.length === 0 && !Object.values(checks).includes('fail')
}
