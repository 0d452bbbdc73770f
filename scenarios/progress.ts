/** What a world says while it runs, for the live line: the same from the simulator and from real servers. */
import type { TraceEvent } from '../algorithms/trace.ts'

export interface Progress {
  /** What the run is doing: before, during and after the workload. */
  readonly phase: 'preparing' | 'workload' | 'settling' | 'reading'
  /** Since the start of the workload; negative or 0 before it. */
  readonly atUs: number
  /** Operations whose time has come, and how they ended so far. */
  readonly offered: number
  readonly ok: number
  readonly failed: number
  readonly unknown: number
  /** Of the operations that ended in the last second or so; null when none did. */
  readonly p99Ms: number | null
  /** Of the transactions applied in the last second or so, on the slowest replica; null when not known. */
  readonly lagMs: number | null
  readonly source: string | null
  /** Labels of the faults that are on. */
  readonly faults: readonly string[]
}

/** Told a few times a second while a run lasts (in the simulator: of real time), and at once for an event. */
export interface ProgressListener {
  readonly onProgress?: (progress: Progress) => void
  /** Decisions and faults, as they happen. */
  readonly onEvent?: (event: TraceEvent) => void
}
