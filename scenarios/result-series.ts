/** What a result draws: the run over time, and how its latencies are distributed. */

/** Columns of equal length; one row per interval of `intervalMs`. Percentiles are null in an interval without samples. */
export interface Series {
  readonly intervalMs: number
  readonly tMs: readonly number[]
  readonly offered: readonly number[]
  readonly ok: readonly number[]
  readonly failed: readonly number[]
  readonly unknown: readonly number[]
  readonly writeMs: {
    readonly p50: readonly (number | null)[]
    readonly p90: readonly (number | null)[]
    readonly p99: readonly (number | null)[]
  }
  readonly readMs: {
    readonly p50: readonly (number | null)[]
    readonly p90: readonly (number | null)[]
    readonly p99: readonly (number | null)[]
  }
  /** Largest transaction lag of the interval, per node. */
  readonly lagMs: Readonly<Record<string, readonly (number | null)[]>>
  readonly source: readonly (string | null)[]
  /**
   * What each server counted for an acknowledgement at each interval's start, where servers are weighed or selected:
   * its share of all weight (3 digits; the source included), or 1 for a selected replica and 0 for another. Null: not
   * known then. Absent: every replica counted as much as any other.
   */
  readonly quorum?: {
    readonly kind: 'weights' | 'selection'
    readonly share: Readonly<Record<string, readonly (number | null)[]>>
  }
}

/** Latency distribution for the log-axis chart: cumulative counts at increasing latencies. */
export interface Distribution {
  readonly ms: readonly number[]
  readonly fraction: readonly number[]
}
