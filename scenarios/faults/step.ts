/** A step of a scenario's faults, complete: what both worlds follow. */
import type { DelayDistribution } from '../scenario.ts'
import type { AnchorEvent } from './anchors.ts'
import type { FaultVerb } from './list.ts'

/** How much, of the verbs that can be more or less; null: not stated. A new amount is a field here and in NO_AMOUNTS. */
export interface Amounts {
  /** slow: added to every message of the link. */
  readonly delay: DelayDistribution | null
  /** slow: what goes through the link in a second; the ends of connections on it come so much later. */
  readonly bandwidthBytesPerSec: number | null
  readonly closeDelayUs: number | null
  /** slow: what is left of the server's processors, above 0 and at most 1. */
  readonly cpuShare: number | null
  /** slow: added to every write to disk. */
  readonly diskUs: number | null
  /** flap: from one cut to the next, and the part of it that is whole, above 0 and below 1. */
  readonly flap: { readonly periodUs: number; readonly up: number } | null
  /** lose, duplicate, reorder: the share of the link's messages, above 0. */
  readonly ratio: number | null
  /** skew-clock: how wrong the wall clock is, and how many microseconds a second the machine's clocks gain. */
  readonly skew: { readonly byUs: number; readonly driftPpm: number } | null
  /** change-threshold: the new t. */
  readonly failureThreshold: number | null
  /** long-transaction: how many one statement inserts; null: it stays open. */
  readonly rows: number | null
}

/** What an undo states. */
export const NO_AMOUNTS: Amounts = {
  delay: null,
  bandwidthBytesPerSec: null,
  closeDelayUs: null,
  cpuShare: null,
  diskUs: null,
  flap: null,
  ratio: null,
  skew: null,
  failureThreshold: null,
  rows: null,
}

export interface FaultStep extends Amounts {
  /** From the start of the workload (warm-up included); from the event that the step fires after, where it has one. */
  readonly atUs: number
  readonly after: AnchorEvent | null
  readonly verb: FaultVerb
  /**
   * For everything but links and `split`: a process name or a role (`source`, `replica`, `fastest`, `any`, `minority`,
   * `crashed`, `all`); resolved when the step fires.
   */
  readonly target: readonly string[]
  /** partition only: groups that cannot talk to one another. Empty: `target` against everybody else. */
  readonly split: readonly (readonly string[])[]
  readonly direction: 'both' | 'in' | 'out'
  /** Processes the partition does not touch. */
  readonly except: readonly string[]
  /** `a->b`; `*` is any process. */
  readonly link: { readonly from: string; readonly to: string } | null
  /** The undo that `for:` asked for; the schedule holds it as a step of its own already. */
  readonly undoOf: number | null
  /** 1-based line of the step in its file, for messages. */
  readonly line: number
}
