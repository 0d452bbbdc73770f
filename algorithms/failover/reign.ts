/** What a coordinator knows of the epoch that it leads, and what can end it. */
import type { Deferred } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import type { QuorumSelection } from '../quorum/policy.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import type { Backlog } from './backlog.ts'
import type { Confirmations } from './confirmations.ts'
import type { Executions } from './executions.ts'
import type { Member } from './member.ts'

/** One epoch, led by this coordinator. */
export interface Reign {
  readonly epoch: number
  readonly source: Member
  readonly sourceUuid: string
  /** Changes only by a row of its own (`change-threshold.ts`). */
  k: number
  readonly base: number
  /** All that a server of this epoch may have executed: what it began with, and whatever its source writes. */
  readonly known: GtidSet
  /** How often the source had been seen to restart before it reigned. */
  readonly sourceCrashes: number
  readonly startedUs: number
  /**
   * Every transaction that its source has shown since the epoch began was in the relay logs of so many replicas first: the
   * fewest that any look at the source has found it to wait for.
   */
  receipts: number
  readonly acknowledgements: Acknowledgements
  readonly confirmations: Confirmations
  /** Of writes that are quick by themselves. */
  readonly executions: Executions
  /** Of clients' own SQL, which may be slow, or wait for other SQL. */
  readonly statements: Executions
  /** Null: nothing may pile up, or as much as will. */
  readonly backlog: Backlog | null
  /** Settled when the reign has to end, with the cause. */
  alarm: Deferred<Alarm>
  /** Whom it makes way for, while it is powerless: the next alarm ends it, whichever comes first. */
  powerless: Alarm | null
  /** Settled when the reign is over: what is still asked of its source is not waited for. */
  readonly ended: Deferred<void>
  selection: QuorumSelection
  selectedAtUs: number
  /** When the trace was last told of weights, and of which: they may change with every round. */
  weightsShown: { readonly atUs: number; readonly ranking: string } | null
  thresholdChanging: boolean
  /** When no other source would have had replicas enough for a write either; never: -Infinity. */
  tooFewAtUs: number
}

export type Alarm =
  /** `powerless`: this coordinator cannot take over, and perhaps another can. */
  | { readonly kind: 'gone' | 'stalled' | 'deposed' | 'powerless'; readonly reason: string }
  /** Nothing is wrong: somebody wants another source. `to` null: whoever the policy prefers. */
  | { readonly kind: 'planned'; readonly reason: string; readonly from: Member; readonly to: Member | null }
  /** The source is gone, and a person wants this one in its place. `to` null: whoever the policy prefers. */
  | { readonly kind: 'ordered'; readonly reason: string; readonly to: Member | null }
