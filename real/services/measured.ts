/**
 * What the collector tells of each MySQL server, as it stands on the wire, and what the policies make of it. Numbers are
 * never null: a server that is down has the latency DOWN_MS, which nobody takes for a healthy one.
 */
import type { ReplicaView } from '../../algorithms/quorum/policy.ts'

export const DOWN_MS = 9_999

export interface ReplicaMetrics {
  /** `instance-2` */
  readonly replica_id: string
  /** A probe's round trip, smoothed. */
  readonly latency_ms: number
  /** In timestamps: the source's newest minus its own. */
  readonly replication_lag: number
  readonly uptime_seconds: number
  /** Starts that nobody saw before, since the collector first saw the server. */
  readonly crash_count: number
  /** ISO 8601; of the last answer. */
  readonly last_updated: string
  readonly is_healthy: boolean
  readonly is_master: boolean
  // Ours beside it.
  /** Transactions of the source that are not executed here. */
  readonly lag_transactions: number
  /** Executed or in the relay log. */
  readonly held_transactions: number
  /** Why it is not healthy; '' when it is. */
  readonly detail: string
}

export interface MetricsReply {
  readonly replicas: readonly ReplicaMetrics[]
  readonly master_timestamp: number
}

/** In member order: the collector lists all of them. */
export function viewsOf(replicas: readonly ReplicaMetrics[]): readonly ReplicaView[] {
  return replicas.map((replica, member) => ({
    ...{ node: replica.replica_id, member, healthy: replica.is_healthy },
    latencyUs: Math.round(replica.latency_ms * 1_000),
    lag: replica.lag_transactions,
    uptimeUs: Math.round(replica.uptime_seconds * 1_000_000),
    crashes: replica.crash_count,
    held: replica.held_transactions,
  }))
}
