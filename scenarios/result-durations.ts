/** The durations of a result: failovers, what clients saw of them or of anything else, and how either ended. */
import type { Why } from '../algorithms/reasons/why.ts'
import type { RankedCandidate } from '../algorithms/trace.ts'

export interface FailoverPhases {
  /** Milliseconds each; null where the phase did not happen. */
  readonly detect: number | null
  /** A take-over was refused, mostly by the quorum rule: noticed, and not allowed. Absent in results of 0.1.0. */
  readonly refused?: number | null
  readonly decide: number | null
  readonly catchUp: number | null
  readonly promote: number | null
  readonly reroute: number | null
  readonly firstAck: number | null
}

export interface Failover {
  /** `planned move`: somebody asked for it while the source served. Absent in results of earlier versions. */
  readonly kind?: 'failover' | 'planned move'
  /** The fault's witness, or the request of a planned switch; ms since the workload began. */
  readonly startMs: number
  /** To the first acknowledged STRONG write of the new epoch whose intended start is after the fault; null: never. */
  readonly durationMs: number | null
  /** What ends it: a read where the workload has nothing else. Absent in results of 0.1.0, where it was always a write. */
  readonly endsWith?: 'read' | 'write'
  /** Of the outage of `summary.outages` that it lies in; 0: nothing failed; null: that outage was not seen to end. */
  readonly clientOutageMs: number | null
  /** Where that outage begins: the first failed operation's intended start; null: nothing failed. */
  readonly clientOutageStartMs: number | null
  readonly oldSource: string | null
  readonly newSource: string
  readonly epoch: number
  readonly policy: string
  readonly phases: FailoverPhases
  /** The same with its unit. Absent in results of earlier versions. */
  readonly phasesMs?: FailoverPhases
  /** The last one of the phase `refused`; null: nothing was refused. Absent in results of 0.1.0. */
  readonly refusal?: { readonly why: Why; readonly reason: string } | null
  /** Acknowledged STRONG writes of the older epochs that the end state lacks. */
  readonly lostAcknowledged: number
  /** Its place in `faults` of what caused it; null: no fault did. Absent in results of 0.1.0. */
  readonly fault?: number | null
  readonly reason: string
  readonly rankings: Readonly<Record<string, readonly RankedCandidate[]>>
}

/** `none`: it never happened. `open`: one of them was not seen to end. */
export type DurationOutcome = 'none' | 'ended' | 'open'

/** What clients saw fail in one trial, whatever was hit (scenarios/measures/client-outage.ts). */
export interface OutageSummary {
  readonly outcome: DurationOutcome
  readonly count: number
  /** 0: nothing failed. Null: one was not seen to end. */
  readonly totalMs: number | null
  readonly longestMs: number | null
  /** In order of time. */
  readonly each: readonly {
    /** The intended start of the first operation that failed or has an unknown outcome. */
    readonly startMs: number
    /** To the first answer of a second of success; null: not seen. */
    readonly durationMs: number | null
    readonly failed: number
    readonly unknown: number
  }[]
}

/** Over trials, of which each has one value: its longest duration. */
export interface Spread {
  readonly trials: number
  /** What a null among the numbers means; the worst of all trials. Absent in results of 0.1.0. */
  readonly outcome?: DurationOutcome
  readonly min: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly max: number | null
  /** 95 % interval of the median; null where there is none (fewer than six trials) or an end of it never ended. */
  readonly ci95: readonly [number, number] | null
  /** Where the median lies, with what is known about that; absent in results of earlier versions. */
  readonly interval?: MedianInterval | null
}

/** `range`: the smallest and the largest value, because too few trials allow no interval of 95 %. */
export interface MedianInterval {
  readonly kind: 'interval' | 'range'
  readonly low: number
  /** Null: never ended. */
  readonly high: number | null
  /** How likely the true median lies within, 0 to 1: exact, from the number of trials alone. */
  readonly level: number
  /** Trials that have a value. */
  readonly trials: number
}

/** A server that could still be written to, and was fenced when it was reached. */
export interface FencedSource {
  readonly node: string
  /** When it was fenced; since the workload began. */
  readonly atMs: number
  /** For so long it stayed writable after a coordinator had reached it. */
  readonly writableMs: number
}
