/**
 * What a world hands over when a run ends: the client history, the trace of decisions, the faults with their
 * witnesses, and the servers' final state. Everything that is judged or drawn is computed from this one record by
 * the same code, so a simulated and a measured number of the same name mean the same thing.
 * All times are integer microseconds since the start of the workload.
 */
import type { Gtid } from '../algorithms/gtid-set.ts'
import type { Why } from '../algorithms/reasons/why.ts'
import type { Consistency, RowValue } from '../algorithms/statements.ts'
import type { Timestamp } from '../algorithms/timestamps/timestamp.ts'
import type { TraceEvent } from '../algorithms/trace.ts'
import type { AuditEvidence } from './audit/evidence.ts'
import type { FaultVerb } from './faults/list.ts'
import type { NetworkForm, RunWorld } from './worlds.ts'

export interface Operation {
  readonly op: number
  readonly kind: 'read' | 'write'
  readonly key: number
  /** Of a transaction: the keys of its further rows, whose numbers follow `op`. Absent: it has one row. */
  readonly moreKeys?: readonly number[]
  /** Of a write with a payload: bytes in each of its rows. */
  readonly payloadBytes?: number
  readonly consistency: Consistency
  /** The client that took it, from 1: its operations are one after the other. Null: no client did (unsent). */
  readonly session: number | null
  /** Scheduled start (closed loop: when it was sent); latency counts from here. */
  readonly intendedUs: number
  /** When it was really sent; null: never sent (unsent). */
  readonly sentUs: number | null
  /** null: never answered before the run ended (then outcome is `unknown`, or `unsent`). */
  readonly endUs: number | null
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'unsent'
  /** Of an operation that did not succeed: what decides, and the same in words. */
  readonly why: Why | null
  readonly reason: string | null
  readonly gtid: Gtid | null
  readonly timestamp: Timestamp | null
  readonly epoch: number | null
  /** The node that answered. */
  readonly node: string | null
  /** Reads only. */
  readonly value: RowValue | null
}

export interface FaultRecord {
  readonly atUs: number
  readonly kind: FaultVerb
  /** Resolved process names. */
  readonly target: readonly string[]
  /** The line people read, e.g. `crash node1 (source)`. */
  readonly label: string
  /** What an independent look at the target saw before, just after and at the end; and when the fault was seen to hold. */
  readonly witness: {
    readonly before: string
    readonly during: string
    readonly after: string
    readonly seenUs: number | null
  }
  /** When it was undone; null: still on when the workload ended (and then healed by the harness). */
  readonly healedUs: number | null
}

/** A server after the cool-down, read directly and not through the coordinator. */
export interface NodeEnd {
  readonly node: string
  readonly reachable: boolean
  readonly uuid: string | null
  /** gtid_executed in MySQL's text form. */
  readonly executed: string | null
  readonly tableChecksum: string | null
  /** Every operation id in the workload's table; null when the server could not be read. */
  readonly ops: ReadonlySet<number> | null
  readonly role: 'source' | 'replica' | 'quarantined' | 'down'
  /** The highest epoch that it has promised; absent or null: it was not read, or there is no such thing. */
  readonly promised?: number | null
}

/** A server's data became less, or another server's: seen by the harness, which did it or did it for the coordinator. */
export interface DataLoss {
  readonly node: string
  readonly atUs: number
  readonly kind: 'relay log' | 'rebuilt'
}

/** Lag of one transaction on one replica: committed on its source at `commitUs`, applied `lagUs` later. */
export interface LagSeries {
  readonly node: string
  readonly commitUs: ArrayLike<number>
  readonly lagUs: ArrayLike<number>
}

/** Something that the world did to a run and no fault of its scenario. The run ended with the first of them. */
export interface Incident {
  /**
   * `killed`: a process was ended by a signal; `ended`: it ended by itself, or would not start; `disk-full`; `stalled`:
   * something did not happen in its time; `refused`: the operating system did not do what it was asked.
   */
  readonly kind: 'killed' | 'ended' | 'disk-full' | 'stalled' | 'refused'
  /** Whom it hit: a process's name, or a directory. */
  readonly subject: string
  readonly atUs: number
  /** One sentence, without a full stop. */
  readonly what: string
  /** The last lines of its log; none where there is no log. */
  readonly lastLines: readonly string[]
  /** What to do about it; '' where nothing is known. */
  readonly advice: string
}

export interface RunRecord {
  readonly world: RunWorld
  readonly seed: number
  readonly operations: readonly Operation[]
  readonly events: readonly TraceEvent[]
  readonly faults: readonly FaultRecord[]
  /** Events that steps were to fire after and that never came, in words. A run with any shows nothing by passing. */
  readonly unfired?: readonly string[]
  readonly nodes: readonly NodeEnd[]
  /** Of mysqld's own files and tables; absent: there are none, or the run ended before its time. */
  readonly audit?: AuditEvidence
  /** In order of time; absent: nothing of the kind can happen there. */
  readonly losses?: readonly DataLoss[]
  readonly lag: readonly LagSeries[]
  /** In order of time; absent or empty: the world left the run alone. */
  readonly incidents?: readonly Incident[]
  /** When the workload stopped offering (duration, or the moment of an interrupt). */
  readonly endedUs: number
  /** When whatever was still on had been healed, with probes still going on; null: there were none. */
  readonly healedUs: number | null
  /** What kept the servers from having converged when the time for that was over, and how long that was; null or absent: nothing. */
  readonly unsettled?: string | null
  /** What real servers do before they say that a transaction is committed, by setting; absent in the simulator. */
  readonly durability?: Readonly<Record<string, string>>
  /** Keys of the scenario that were set and that this world does not follow, e.g. `network.default`; absent: none. */
  readonly withoutEffect?: readonly string[]
  /** What the links between the processes of a real run led through; absent in the simulator and in records of earlier versions. */
  readonly network?: { readonly form: NetworkForm; readonly reason: string }
  /** False for a run that was interrupted, or ended by an incident. */
  readonly complete: boolean
  /** sim: hash of the whole event trace, hex; null in the real world. */
  readonly digest: string | null
  /** Version string of the MySQL server that ran; null in the simulator. */
  readonly mysqlVersion: string | null
  /** Counters a world wants to state (events, events per operation, ...). */
  readonly counters: Readonly<Record<string, number>>
}
