/** What the steps of a take-over hand to one another: its cause, what was gathered, the picture of it, and the end. */
import type { GtidSet } from '../gtid-set.ts'
import type { Deposed, Why } from '../reasons/why.ts'
import type { ServerState } from '../servers.ts'
import type { Loss } from './loss.ts'
import type { Member } from './member.ts'
import type { LivingEpoch, Rule } from './quorum-rule.ts'
import type { Alarm, Reign } from './reign.ts'

/** Why this take-over happens; `start` when the coordinator has just begun. */
export type Cause = Alarm | { readonly kind: 'start'; readonly reason: string }

/** What stopping and fencing found. */
export interface Gathered {
  readonly epoch: number
  readonly stopped: Set<Member>
  /** More than one when an old source woke up; what each of them executed is read. */
  readonly fenced: Set<Member>
  deposed: Deposed | null
}

/** One server that was stopped or fenced, as it then was. */
export interface Read {
  readonly held: GtidSet
  readonly state: ServerState
  readonly loss: Loss | null
  /** Fenced, or else stopped. */
  readonly fenced: boolean
}

/** What a take-over goes by (snapshot.ts). */
export interface Snapshot {
  /** Everybody who was stopped or fenced. */
  readonly read: ReadonlyMap<Member, Read>
  /** Everything that may have been acknowledged. */
  readonly seen: GtidSet
  readonly living: LivingEpoch | null
  readonly rule: Rule
  /** D: those whose data count. The living epoch's own source is never one of them. */
  readonly data: ReadonlySet<Member>
}

/** How it ended. */
export type TakeOver =
  | { readonly kind: 'reigns'; readonly reign: Reign; readonly stopped: readonly Member[] }
  | { readonly kind: 'refused'; readonly why: Why }
  | { readonly kind: 'deposed'; readonly why: Why }
