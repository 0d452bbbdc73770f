/**
 * What the coordinator's service tells whoever watches the system: the whole state (`GET /state`), and what changes in
 * it, live (`GET /events`, server-sent events named by the keys of SystemEvents). JSON throughout; times that end in
 * `Ms` after `at`, `started`, `ended`, `since` or `seen` are wall-clock milliseconds since 1970.
 *
 * A durable event has an id, one more than the one before it, also across restarts; a client that comes back with
 * `Last-Event-ID` gets what it missed. A transient one has none: the next one says all that is worth knowing.
 */
import type { Why } from '../../algorithms/reasons/why.ts'
import type { RankedCandidate, TraceEvent } from '../../algorithms/trace.ts'

export interface SystemEvents {
  // Transient.
  /** First on every connection. */
  readonly snapshot: SystemSnapshot
  /** On change, and every 2 s. */
  readonly services: readonly ServiceState[]
  /** On change, and every 500 ms. */
  readonly topology: Topology
  /** Once a second. */
  readonly sample: Sample
  // Durable.
  readonly decision: Decision
  /** Whole, whenever it changes: the same id again is a newer version. So for the next ones, too. */
  readonly failover: FailoverRecord
  readonly fault: FaultRecord
  readonly stress: StressRecord
  readonly run: RunEntry
}

/** What the coordinator decided, as it is traced everywhere, with the time of day. */
export type Decision = TraceEvent & { readonly wallMs: number }

export interface ServiceState {
  /** `coordinator`, `timestamp-1`, ..., `instance-1`, ... */
  readonly id: string
  readonly kind: 'mysql' | 'timestamp' | 'metrics' | 'cabinet' | 'seer' | 'coordinator'
  /** host:port */
  readonly address: string
  readonly state: 'healthy' | 'degraded' | 'starting' | 'paused' | 'down'
  /** Why, in a sentence; '' when healthy. */
  readonly detail: string
  /** In this state since. */
  readonly sinceMs: number
}

export interface NodeState {
  /** `instance-1` */
  readonly id: string
  /** `node1` */
  readonly node: string
  readonly host: string
  readonly port: number
  readonly role: 'source' | 'replica' | 'quarantined' | 'down'
  readonly healthy: boolean
  /** Round trip of a probe, smoothed. */
  readonly latencyMs: number
  readonly lagTransactions: number
  /** Null: unknown. */
  readonly lagMs: number | null
  readonly uptimeSeconds: number
  readonly crashes: number
  /** GTID sets as MySQL writes them. */
  readonly executed: string
  readonly retrieved: string
  /** Executed here and unknown to the reigning source. */
  readonly errant: string
  /** The highest epoch that it has promised. */
  readonly promised: number
  readonly receiver: 'running' | 'connecting' | 'stopped'
  readonly applier: 'running' | 'stopped'
  readonly readOnly: boolean
  readonly serverUuid: string
  /** In the quorum policy, and in the election policy; null: that one does not weigh, or has no opinion. */
  readonly weight: number | null
  readonly score: number | null
  readonly seenAtMs: number
}

/** Where an opinion comes from: asked of its service, or of the same module in the coordinator, and why. */
interface Opinion<Service extends string> {
  readonly from: Service | 'local'
  readonly ageMs: number
  /** Why local, or how old the metrics are; null: nothing to say. */
  readonly reason: string | null
}

export interface QuorumState extends Opinion<'cabinet'> {
  /** Ids of the instances that a write waits for. */
  readonly members: readonly string[]
  readonly needed: number
  /** By member; null: the policy does not weigh. */
  readonly weights: readonly number[] | null
  readonly threshold: number | null
}

export interface RankingState extends Opinion<'seer'> {
  readonly policy: string
  readonly candidates: readonly RankedCandidate[]
  /** By policy: what each of the others would have elected on the same state. */
  readonly others: Readonly<Record<string, readonly RankedCandidate[]>>
}

export interface Topology {
  readonly epoch: number
  /** Id of an instance; null: nobody reigns. */
  readonly source: string | null
  readonly sourceSinceMs: number
  /** Replicas that must hold a STRONG write. */
  readonly k: number
  readonly quorumNeeded: number
  readonly acknowledge: 'applied' | 'received'
  readonly algorithms: {
    readonly timestamps: string
    readonly quorum: string
    readonly election: string
    readonly failureThreshold: number
    readonly weightRatio: number | 'largest'
  }
  /** manual: nobody is promoted without being told. */
  readonly mode: 'automatic' | 'manual'
  /** Until then an operator's own failover is waited for; null: it is not. */
  readonly standBackUntilMs: number | null
  /** What is under way, in words; null: nothing. */
  readonly busy: string | null
  /** held: operations wait while the source is moved. */
  readonly gate: 'open' | 'held'
  readonly quorum: QuorumState
  readonly ranking: RankingState
  readonly nodes: readonly NodeState[]
}

/** One second of the clients' view; latencies are 0 where nothing was done. */
export interface Sample {
  readonly atMs: number
  readonly writesPerSec: number
  readonly readsPerSec: number
  readonly failedPerSec: number
  readonly latencyP50Ms: number
  readonly latencyP95Ms: number
  readonly latencyP99Ms: number
  /** By instance id. */
  readonly lagMs: Readonly<Record<string, number | null>>
}

export interface FailoverRecord {
  readonly id: string
  readonly kind: 'failover' | 'planned' | 'start'
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly cause: string
  /** Ids of instances. */
  readonly from: string | null
  readonly to: string | null
  readonly epoch: number
  /** The election policy that decided. */
  readonly policy: string
  readonly steps: readonly { readonly phase: string; readonly atMs: number; readonly detail: string }[]
  /** The first acknowledged write of the new epoch, after `startedAtMs`; how long clients were without service. */
  readonly firstWriteMs: number | null
  readonly outageMs: number | null
  readonly verdict: 'running' | 'done' | 'refused' | 'failed'
  readonly why: Why | null
  readonly reason: string
  /** By policy, best first. */
  readonly rankings: Readonly<Record<string, readonly RankedCandidate[]>>
  /** What became of it. */
  readonly oldSource: string
  /** What was told to the servers. */
  readonly statements: readonly { readonly node: string; readonly sql: string; readonly atMs: number }[]
}

export interface FaultRecord {
  readonly id: string
  readonly verb: string
  readonly target: string
  /** The verb's own numbers, in words. */
  readonly amounts: string
  readonly startedAtMs: number
  readonly healedAtMs: number | null
  /** What an independent look at the target saw; null: not yet. */
  readonly witness: { readonly before: string; readonly during: string; readonly after: string | null }
}

export interface StressRecord {
  readonly id: string
  readonly kind: string
  readonly consistency: string
  readonly total: number
  readonly done: number
  readonly successful: number
  readonly failed: number
  readonly unknown: number
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly latencyMs: {
    readonly mean: number
    readonly p50: number
    readonly p95: number
    readonly p99: number
    readonly max: number
  }
  readonly timestampOrder: {
    readonly unique: boolean
    readonly ordered: boolean
    readonly violations: number
    readonly detail: string
  }
  readonly errors: readonly string[]
}

export interface RunEntry {
  readonly id: string
  readonly scenario: string
  readonly world: string
  readonly seed: number
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly verdict: 'pass' | 'fail' | 'running' | 'incomplete'
  /** URL, relative to the service. */
  readonly report: string
}

/** A take-over or a move that did not happen, with the rule's numbers. */
export interface Refusal {
  readonly atMs: number
  readonly reason: string
  readonly why: Why | null
}

export interface SystemSnapshot {
  readonly atMs: number
  /** `quorumlab`, `node`, `mysql`. */
  readonly versions: Readonly<Record<string, string>>
  readonly services: readonly ServiceState[]
  readonly topology: Topology
  /** The last five minutes. */
  readonly samples: readonly Sample[]
  readonly failovers: readonly FailoverRecord[]
  readonly faults: readonly FaultRecord[]
  readonly stress: readonly StressRecord[]
  readonly runs: readonly RunEntry[]
  readonly refusals: readonly Refusal[]
  /** Durable events up to this one are in here; 0: there was none. */
  readonly lastEventId: number
  /** What the client asked to resume from is no longer kept: forget what was shown and begin here. */
  readonly reset?: true
}
