/** What a person may ask of a coordinator, beside the planned move: to choose, to wait, and to say what it would do. */
import type { RuleVerdict, Why } from '../reasons/why.ts'
import type { PassedOver, RankedCandidate, Rankings } from '../trace.ts'

/** `elsewhere`: it failed on its way, and another than the wanted one reigns, or the old source again. */
export interface SwitchoverReply {
  readonly verdict: 'moved' | 'elsewhere' | 'refused' | 'unknown'
  readonly source: string | null
  /** Null: it moved, or elsewhere. */
  readonly why: Why | null
  readonly reason: string
  /** How long clients were held back; null: not at all. */
  readonly heldUs: number | null
}

/** Does this coordinator replace a source that is gone without being asked? */
export type ModeReply = {
  readonly automatic: boolean
  /** It stands back for so much longer; null: it does not. */
  readonly standBackLeftUs: number | null
} & ({ readonly verdict: 'ok' } | { readonly verdict: 'refused'; readonly why: Why; readonly reason: string })

export interface DryRunReply {
  /** `wait`: it would be allowed, and the coordinator's mode or its youth stands in the way for now. */
  readonly verdict: 'would' | 'wait' | 'refused'
  /** Of the epoch that would begin. */
  readonly epoch: number
  readonly kind: 'failover' | 'planned'
  readonly source: string | null
  /** Whom it would try first; null: nobody. */
  readonly winner: string | null
  /** Why not, or not yet; null: nothing is in the way. */
  readonly why: Why | null
  readonly reason: string
  /** Replicas that the new epoch would acknowledge with. */
  readonly k: number
  /** What the quorum rule counts now. */
  readonly rule: RuleVerdict
  /** In the order in which they would be tried. */
  readonly order: readonly RankedCandidate[]
  /** What every policy would rank, by its name, best first. */
  readonly rankings: Rankings
  /** Who would not be tried, and why. */
  readonly passedOver: readonly PassedOver[]
}

/** Part of `CoordinatorRequests`. */
export type SteeringRequests = {
  /** Move the source while it is healthy; `to` null: whoever the election policy prefers. */
  switchover: { request: { readonly to: string | null }; reply: SwitchoverReply }
  /**
   * Make `to` the source, whether the present one lives or not (null: whoever the election policy prefers): a planned
   * move, or else a take-over that tries it first. `moved` also when it is the source already. `epoch`: only while that
   * one reigns; null: whichever.
   */
  promote: { request: { readonly to: string | null; readonly epoch: number | null }; reply: SwitchoverReply }
  /** Replace a source that is gone without being asked, or wait for a person. It is kept in the journal. */
  mode: { request: { readonly automatic: boolean }; reply: ModeReply }
  /** Do so for a time, a minute at most; 0: no longer. A source that reigns anew ends it as well. */
  standBack: { request: { readonly forUs: number }; reply: ModeReply }
  /**
   * What would come of it now, by the last probes? `to` null: of the source's end; else of `promote` with that server.
   * Changes nothing.
   */
  dryRun: { request: { readonly to: string | null }; reply: DryRunReply }
}
