/** What every run returns and every report reads: `result.json`, schema `quorumlab.result/1`. Fields are added freely, never renamed. */
import type { Consistency } from '../algorithms/statements.ts'
import type { TraceEvent } from '../algorithms/trace.ts'
import type { Incident, RunRecord } from './record.ts'
import type { Audit } from './result-audit.ts'
import type { Failover, FencedSource, OutageSummary, Spread } from './result-durations.ts'
import type { Distribution, Series } from './result-series.ts'
import type { Scenario } from './scenario.ts'
import type { RunWorld } from './worlds.ts'

export type Verdict = 'pass' | 'fail' | 'unknown'

/** Milliseconds from the intended start (in a closed loop, from the sending: there they are the same), of the operations that were answered ok. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p90: number
  /** Absent in results of earlier versions. */
  readonly p95?: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly mean: number
  /** Operations that were wanted and never answered ok: in none of the figures above. Absent in results of 0.1.0. */
  readonly leftOut?: number
  /** Of those, the ones that the load generator never sent. */
  readonly neverSent?: number
  /** Of all that were sent: who got no answer counts with what it waited, and at least until its outage was over. */
  readonly sent?: {
    readonly count: number
    readonly p50: number
    readonly p75: number
    readonly p90: number
    readonly p95?: number
    readonly p99: number
    readonly p999: number
  }
}

export interface CheckResult {
  readonly name: string
  readonly verdict: Verdict
  /** One line. */
  readonly detail: string
  /** At most 20 items, each a line a person can follow. */
  readonly evidence: readonly string[]
  /** How many things were looked at: a check that looked at nothing cannot pass. */
  readonly examined: number
  /** What was found, or could not be decided, as codes; empty: nothing was wrong. Absent in results of 0.1.0. */
  readonly kinds?: readonly string[]
  /** Of a check on client histories that failed: the few operations that prove it, to be drawn. */
  readonly witness?: Contradiction
}

/** Operations on one key that no order explains, as few as possible. */
export interface Contradiction {
  readonly key: number
  /** Why, in one sentence. */
  readonly reason: string
  /** Ascending by the moment they were sent. */
  readonly operations: readonly ContradictingOperation[]
}

export interface ContradictingOperation {
  readonly op: number
  readonly kind: 'read' | 'write'
  /** The client's number, from 1; null: not recorded. */
  readonly session: number | null
  readonly consistency: Consistency
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'unsent'
  readonly sentMs: number | null
  /** Null: never answered. */
  readonly endMs: number | null
  /** The operation whose row is stored or shown; null: a read that found no row. */
  readonly shows: number | null
  readonly node: string | null
}

export interface ExpectationResult {
  readonly path: string
  readonly op: string
  readonly limit: number | string
  readonly actual: number | string | null
  readonly verdict: Verdict
  /** Of several trials each of which must hold: which `actual` is of (the worst), how many there are, how many miss it. */
  readonly seed?: number
  readonly trials?: number
  readonly missed?: number
}

/** Whether a path of the summary, or an aggregate of one, is a part of a whole: its limit is written, and shown, in percent. */
export function isShare(path: string): boolean {
  return /Share\s*\)?$/.test(path)
}

export interface Summary {
  /** Operations answered ok within the measured window (warm-up to the workload's end), by their end, a second. */
  readonly throughputOpsPerSec: number
  /** Wanted within the measured window, a second; in a closed loop, what was sent in it. */
  readonly offeredOpsPerSec: number
  /** Of those whose intended start is in the measured window. */
  readonly operations: {
    readonly ok: number
    readonly failed: number
    readonly unknown: number
    readonly unsent: number
    /** Of all of them, 0 to 1; null: there were none. Absent in results of earlier versions. */
    readonly okShare?: number | null
    readonly failedShare?: number | null
    readonly unknownShare?: number | null
    readonly unsentShare?: number | null
  }
  readonly latencyMs: { readonly read: LatencySummary; readonly write: LatencySummary }
  /** Of replicas that follow; what one had missed while a fault had taken it away is in `catchingUp`. */
  readonly lagMs: {
    readonly p50: number
    readonly p99: number
    readonly max: number
    readonly count: number
    readonly perNode: Readonly<
      Record<string, { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number }>
    >
    /** Transactions that a replica applied only after it had come back. `perNode` names those that had any. */
    readonly catchingUp?: {
      readonly count: number
      readonly maxMs: number
      readonly perNode: Readonly<Record<string, { readonly count: number; readonly maxMs: number }>>
    }
  }
  readonly failovers: readonly Failover[]
  /** Without the planned moves, which results of earlier versions count as failovers. */
  readonly failoverMs: Spread
  /** Absent in results of earlier versions. */
  readonly plannedMoveMs?: Spread
  /** Of the longest outage of each trial; 0 where nothing failed. */
  readonly clientOutageMs: Spread
  /** Absent in results of 0.1.0, like what follows. */
  readonly outages?: OutageSummary
  /** The longest time in which operations were wanted and none was answered ok, failed or late (scenarios/measures/silence.ts). */
  readonly longestSilenceMs?: number
  /** Null: no operation was wanted. */
  readonly longestSilenceStartMs?: number | null
  /**
   * Whether what was due before any fault was sent in time (scenarios/measures/generator.ts). Absent in results of 0.1.0, and
   * of a closed loop, where nothing is due before its client is free.
   */
  readonly generator?: {
    /** `out of clients`: all of them waited for answers. `late`: a client was free, and its process was not. */
    readonly verdict: 'kept up' | 'out of clients' | 'late'
    readonly clients: number
    readonly due: number
    /** Sent more than 10 ms after their intended start, or never. */
    readonly late: number
    /** Of those that were late and sent. */
    readonly medianWaitMs: number | null
    /** From sending to the end, of whatever ended. */
    readonly answerMeanMs: number | null
  }
  /** EVENTUAL writes that were answered ok and are gone: counted and shown, no check fails on them. */
  readonly lostEventual: number
  /** For how long what EVENTUAL reads showed had been out of date (scenarios/measures/staleness.ts); absent without such reads. */
  readonly stalenessMs?: { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number }
  /** 1000 / ratePerSec, or the mean distance between two operations of a closed loop: no duration here is finer. */
  readonly resolutionMs: number
  readonly counters: Readonly<Record<string, number>>
  /** What the numbers do not say, in sentences: a fault that no failover followed, an end state that could not be read. */
  readonly notes?: readonly string[]
}

export interface FaultResult {
  readonly atMs: number
  readonly kind: string
  readonly target: readonly string[]
  readonly label: string
  readonly witness: {
    readonly before: string
    readonly during: string
    readonly after: string
    readonly seenMs: number | null
  }
  /** When it was undone; null: never. */
  readonly healed: number | null
  /** The same with its unit. Absent in results of earlier versions. */
  readonly healedMs?: number | null
}

/** What the world did to the run and no fault of its scenario: nothing was learnt of the cluster after the first of these. */
export interface EnvironmentVerdict {
  readonly verdict: 'failed'
  readonly incidents: readonly {
    /** Of the trial that it ended. */
    readonly seed: number
    /** Null: before the trial's workload began. */
    readonly atMs: number | null
    readonly kind: Incident['kind']
    readonly subject: string
    readonly what: string
    readonly lastLines: readonly string[]
    readonly advice: string
  }[]
}

export interface Result {
  readonly schema: 'quorumlab.result/1'
  readonly scenario: {
    readonly name: string
    readonly file: string
    readonly hash: string
    /** As in `Scenario`. */
    readonly conditions?: string
    readonly description: string
    /** What `versus` calls it; absent: it was run by itself. */
    readonly form?: string
    readonly algorithms: Scenario['algorithms']
    /** As people name the policies, with their parameters; absent in results of earlier versions, as is `colours`. */
    readonly labels?: Readonly<Record<'timestamps' | 'quorum' | 'election', string>>
    /** By name: the colour slot of each policy that a report on this run may name. */
    readonly colours?: Readonly<Record<string, number>>
    /** The quorum policies that are the same as this one on so many servers, where any k replicas are enough; absent: none. */
    readonly sameRule?: { readonly k: number; readonly others: readonly string[]; readonly text: string }
    /** Unsafe forms that ran in place of the sound ones; absent: none. */
    readonly unsafe?: Scenario['unsafe']
    readonly cluster: Scenario['cluster']
    readonly workload: Scenario['workload']
    /** The file as it was, from which `run result.json` runs it again; absent in results of earlier versions. */
    readonly text?: string
    /** What shapes a run beside cluster, workload and algorithms, defaults filled in; absent as `text` is. */
    readonly settings?: Pick<Scenario, 'raft' | 'seer' | 'livenessUs' | 'network' | 'tuning' | 'faults'>
  }
  readonly world: RunWorld
  readonly seed: number
  readonly versions: { readonly quorumlab: string; readonly node: string; readonly mysql: string | null }
  readonly machine: Readonly<Record<string, string | number>>
  /** As in `RunRecord`; absent in the simulator, and in results of 0.1.0. */
  readonly durability?: Readonly<Record<string, string>>
  /** This and the network: as in `RunRecord`. */
  readonly withoutEffect?: readonly string[]
  readonly network?: RunRecord['network']
  readonly startedAt: string
  readonly digest: string | null
  readonly complete: boolean
  /** Absent: the environment held (exit code 3 otherwise). */
  readonly environment?: EnvironmentVerdict
  readonly coordinator: 'service'
  readonly summary: Summary
  /** `summary` pools durations over all of them and takes the rest from the first. */
  readonly trials: readonly {
    readonly seed: number
    /** One for each failover that was no planned move; null: it never ended. */
    readonly failoverMs: readonly (number | null)[]
    readonly plannedMoveMs?: readonly (number | null)[]
    /** Of the longest outage: 0 where nothing failed, null where it was not seen to end. */
    readonly clientOutageMs: readonly (number | null)[]
    readonly longestSilenceMs?: number
    readonly throughputOpsPerSec: number
    /** Null: no write was answered. */
    readonly writeP50Ms: number | null
    readonly writeP99Ms: number | null
    /** Null: no transaction was timed on a replica that followed. */
    readonly lagP99Ms: number | null
    readonly operations: Summary['operations']
    readonly checks: Readonly<Record<string, Verdict>>
    /** Absent as `audit` of the result is. */
    readonly audit?: Verdict
    readonly digest: string | null
    /** Of this trial alone, its notes included; absent in results of earlier versions. */
    readonly summary?: Summary
  }[]
  readonly checks: readonly CheckResult[]
  /** The worst of the trials; absent: no real servers, none that came to its end, or a result of an earlier version. */
  readonly audit?: Audit & { readonly seed: number }
  readonly expectations: readonly ExpectationResult[]
  readonly series: Series
  readonly distributions: { readonly write: Distribution; readonly read: Distribution }
  readonly faults: readonly FaultResult[]
  /** Of all trials, planned moves included; absent in results of earlier versions. */
  readonly fencedSources?: readonly FencedSource[]
  /** Those of kind `quorum` are thinned to 200; `series.quorum` is made from all of them. */
  readonly events: readonly TraceEvent[]
}
