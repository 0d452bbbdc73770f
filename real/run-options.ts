/** What whoever wants a run on real servers says: where, with which seed, and who looks on or decides as it goes. */
import type { FaultSchedule } from '../scenarios/faults/schedule.ts'
import type { ProgressListener } from '../scenarios/progress.ts'
import type { Operation } from '../scenarios/record.ts'
import type { NetworkWish } from '../scenarios/worlds.ts'
import type { Driver } from './drivers/driver.ts'

export interface RealRunOptions extends ProgressListener {
  readonly seed: number
  /** Not started yet; stopped by the run, however it ends. */
  readonly driver: Driver
  /** For the coordinator's journal and what else the run writes. */
  readonly outDir: string
  /** What the links between the processes lead through; `auto` unless said otherwise. */
  readonly network?: NetworkWish | undefined
  /** Decides as the run goes what is broken next; the workload ends with it, if not before. */
  readonly script?: RunScript
  /** Ends the run at once: what there is of a history is returned with `complete: false`. */
  readonly signal?: AbortSignal
}

export type RunScript = (stage: RunStage) => Promise<void>

/** A run while its workload goes on, for whoever decides then. Times are of the workload, microseconds. */
export interface RunStage {
  readonly driver: Driver
  readonly faults: FaultSchedule
  /** As the clients hand them over, in the order in which they ended; grows. */
  readonly operations: readonly Operation[]
  nowUs(): number
  /** Aborted when the run ends, however it ends. */
  readonly signal: AbortSignal
}
