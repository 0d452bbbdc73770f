/**
 * A scenario after parsing: complete (every default filled in) and in machine units (integer microseconds).
 * `schema.ts` turns YAML into this; both worlds take nothing else.
 */

import type { ElectionName } from '../algorithms/election/policies.ts'
import type { SeerOptions } from '../algorithms/election/seer/seer.ts'
import type { Tuning } from '../algorithms/failover/tuning.ts'
import type { UnsafeForm } from '../algorithms/failover/unsafe/forms.ts'
import type { QuorumName } from '../algorithms/quorum/policies.ts'
import type { RaftElectionName } from '../algorithms/raft/elections.ts'
import type { RaftQuorumName } from '../algorithms/raft/schemes.ts'
import type { SemiSyncSettings } from '../algorithms/semi-sync.ts'
import type { Consistency } from '../algorithms/statements.ts'
import type { TimestampAlgorithmName } from '../algorithms/timestamps/algorithms.ts'
import type { CheckName } from './checks/checks.ts'
import type { KeyChoice } from './clients/key-choice.ts'
import type { RateStage } from './clients/rate-stages.ts'
import type { FaultStep } from './faults/step.ts'
import type { LevelShares } from './file/levels.ts'

export interface CoordinatorAlgorithms {
  readonly timestamps: TimestampAlgorithmName
  readonly quorum: QuorumName
  readonly election: ElectionName
  readonly failureThreshold: number
  readonly weightRatio: number | 'largest'
}

export interface Zone {
  readonly name: string
  /** The servers are numbered through the zones, from the first on. */
  readonly nodes: number
  /** Its part of the clients, relative to the other zones. */
  readonly clients: number
  /** Speed of its servers; 1 is normal. */
  readonly cpu: number
}

/** Everything that a Raft group needs to know beside its network and workload. */
export interface RaftSettings {
  readonly quorum: RaftQuorumName
  readonly election: RaftElectionName
  /** t, of quorums that have a threshold. */
  readonly failureThreshold: number
  /** r, of quorums that have weights. */
  readonly weightRatio: number | 'largest'
  readonly electionTimeoutUs: number
  readonly heartbeatUs: number
  readonly preVote: boolean
  readonly batchEntries: number
  readonly roundsInFlight: number
  /** Processor time of a received message, of each of its entries, and of a sent message. */
  readonly messageUs: number
  readonly entryUs: number
  readonly sendUs: number
  readonly fsync: DelayDistribution
  /** How long a client waits for the server it asked. */
  readonly answerUs: number
  readonly clients: readonly { readonly process: string; readonly weight: number }[]
}

/** One-way delay of a link: `constant`; lognormal by its median and the sigma of the logarithm; normal. */
export type DelayDistribution =
  | { readonly kind: 'constant'; readonly us: number }
  | { readonly kind: 'lognormal'; readonly medianUs: number; readonly sigma: number }
  /** Cut off at 0. */
  | { readonly kind: 'normal'; readonly meanUs: number; readonly deviationUs: number }

export interface LinkDelay {
  /** Process names, e.g. `node1`, `coordinator`, `client`, `timestamp-1`; `*` matches any. */
  readonly from: string
  readonly to: string
  readonly delay: DelayDistribution
}

/** Bytes of one row: always as many, or lognormal by their median and the sigma of the logarithm, at most `MAX_PAYLOAD_BYTES`. */
export type PayloadSize =
  | { readonly kind: 'constant'; readonly bytes: number }
  | { readonly kind: 'lognormal'; readonly medianBytes: number; readonly sigma: number }

export const MAX_PAYLOAD_BYTES = 1_000_000

/** Open loop: operations start on schedule whatever the system does; latency counts from the intended start. */
export interface OpenWorkload extends AnyWorkload {
  readonly mode: 'open'
  readonly arrivals: 'poisson' | 'uniform'
  /** Mean over the whole run. */
  readonly ratePerSec: number
  /** Absent: the rate stays the same. */
  readonly stages?: readonly RateStage[]
}

/**
 * Closed loop: each client sends its next operation when the last one has ended; latency counts from there. The slower
 * the system, the less it is asked, and what would have been wanted while clients waited is in no figure (Gil Tene's
 * "coordinated omission").
 */
export interface ClosedWorkload extends AnyWorkload {
  readonly mode: 'closed'
  /** From an answer to the next operation of the same client. */
  readonly thinkTime: DelayDistribution
}

export type Workload = OpenWorkload | ClosedWorkload

interface AnyWorkload {
  /** At most so many operations are in flight; the rest wait (and their wait counts). */
  readonly clients: number
  /** Share of reads, 0..1. */
  readonly reads: number
  /** Of every operation, or the shares by which each one's is drawn. */
  readonly consistency: Consistency | LevelShares
  readonly keys: number
  /** Absent: all keys are wanted alike. */
  readonly keyChoice?: KeyChoice
  /** Each write is a transaction of so many statements, each with a row of another key. Absent: one statement. */
  readonly transaction?: { readonly statements: number }
  /** What each row carries beside its numbers. Absent: nothing. */
  readonly payload?: PayloadSize
  /** Whole run, warm-up included. */
  readonly durationUs: number
  /** Operations that start before this are executed and checked, but not measured. */
  readonly warmupUs: number
  /** Client gives an operation up after this (outcome unknown for a write). */
  readonly deadlineUs: number
}

export interface Expectation {
  /** Relative to `summary`, or beginning with `checks.`; `checks` alone means every check. */
  readonly path: string
  readonly op: '<' | '<=' | '>' | '>=' | '==' | '!='
  readonly limit: number | string
  readonly line: number
}

export interface Scenario {
  readonly name: string
  readonly description: string
  readonly file: string
  /** What the file says: with the seed it is all that a run depends on. */
  readonly text: string
  /** sha256 of `text`, hex. */
  readonly hash: string
  /** sha256, hex, of everything that shapes the run but the algorithms and the seed: what two algorithms must share to be ranked. */
  readonly conditions: string
  readonly seed: number
  readonly cluster: {
    readonly protocol: 'mysql' | 'raft'
    readonly nodes: number
    readonly zones: readonly Zone[]
    readonly timestampServers: number
    /** One reigns, the others stand by. */
    readonly coordinators: number
    /** What a quorum waits for: applied and readable, or in the relay log. */
    readonly acknowledge: 'applied' | 'received'
    /** Null: MySQL's semi-synchronous replication is not used. */
    readonly semiSync: SemiSyncSettings | null
    /** Under `received`: transactions that the replicas of a quorum may have left to apply before writes wait. */
    readonly maxApplyBacklog: number
  }
  readonly algorithms: {
    readonly timestamps: TimestampAlgorithmName | 'none'
    readonly quorum: QuorumName | RaftQuorumName
    readonly election: ElectionName | RaftElectionName
    /** t, of quorums that have a threshold: from 1 to floor((n-1)/2), the default (0 where 2 servers allow none). */
    readonly failureThreshold: number
    /** r, of quorums that have weights. */
    readonly weightRatio: number | 'largest'
  }
  /** Null: MySQL servers under a coordinator. */
  readonly raft: RaftSettings | null
  /** Unsafe forms in place of the sound ones, on purpose. */
  readonly unsafe: readonly UnsafeForm[]
  /** What `election: seer` works with. */
  readonly seer: SeerOptions
  readonly workload: Workload
  /** After the workload, with everything healed, probes go on for so long; 0: the run ends with the workload. */
  readonly livenessUs: number
  readonly network: {
    readonly defaultDelay: DelayDistribution
    readonly links: readonly LinkDelay[]
    /** Processes by zone: a link may name a zone instead of each of them. */
    readonly zones?: readonly { readonly name: string; readonly members: readonly string[] }[]
  }
  /** All deadlines and intervals of the coordinator, with their defaults. */
  readonly tuning: Tuning
  readonly faults: readonly FaultStep[]
  readonly checks: readonly CheckName[]
  readonly expectations: readonly Expectation[]
}

export const DEFAULT_SEER: SeerOptions = {
  model: 'elastic-net',
  predictEveryUs: 2_000_000,
  noveltyEveryUs: 20_000_000,
  hysteresis: 0,
}

/** A second or two of applying, on a common machine. */
export const DEFAULT_MAX_APPLY_BACKLOG = 5_000

export const DEFAULT_TUNING: Tuning = {
  probeIntervalUs: 100_000,
  probeTimeoutUs: 150_000,
  unreachableUs: 1_000_000,
  stalledUs: 3_000_000,
  quorumTimeoutUs: 5_000_000,
  statementTimeoutUs: 2_000_000,
  adminTimeoutUs: 1_000_000,
  drainTimeoutUs: 5_000_000,
  minimumTermUs: 1_000_000,
  timestampLeaseUs: 3_000_000,
}

/** `coordinator`, `coordinator-2`, ... */
/** `timestamp-1`, `timestamp-2`, ... */
export function timestampServerNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `timestamp-${index + 1}`)
}

export function coordinatorNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? 'coordinator' : `coordinator-${index + 1}`))
}
