/**
 * The steps of a coordinator that have a counterpart among the unsafe forms (`unsafe/`). They are chosen once, when the
 * coordinator starts; every other step is called by its own name. So the sound code is read without a single
 * `if (unsafe)`, and an unsafe form is a file that says what it leaves out. The sound ones are listed in `sound.ts`: this
 * file and `state.ts` need each other, and nothing else needs to be known for either.
 */
import type { Fiber } from '../effects.ts'
import type { Gtid, GtidSet } from '../gtid-set.ts'
import type { Why } from '../reasons/why.ts'
import type { WriteReply } from '../servers.ts'
import type { Acknowledged } from './acknowledgements.ts'
import type { Member } from './member.ts'
import type { Rule } from './quorum-rule.ts'
import type { Alarm, Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'
import type { Cause, Gathered, Snapshot, TakeOver } from './take-over-steps.ts'

/** What a client hears if the quorum has the write. */
export type ExecutedReply = Extract<WriteReply, { verdict: 'ok' }> & { readonly gtid: Gtid }

export interface Procedures {
  /** Would a take-over be allowed, by the last probes? Asked before anything is touched. */
  readonly foresee: (coordinator: CoordinatorState, seen: GtidSet, source: Member | null) => Rule
  /** Promise, stop, fence. `first`: before all others. */
  readonly gather: (coordinator: CoordinatorState, epoch: number, first: Member | null) => Fiber<Gathered>
  /** Who counts, who holds what, what may have been acknowledged, and is the quorum rule met? */
  readonly judge: (coordinator: CoordinatorState, gathered: Gathered) => Snapshot
  /** Who may win. */
  readonly eligible: (coordinator: CoordinatorState, snapshot: Snapshot, cause: Cause) => Member[]
  /** The winner gets everything that may have been acknowledged: the target that it then holds. Null: not in time. */
  readonly catchUp: (
    coordinator: CoordinatorState,
    snapshot: Snapshot,
    winner: Member,
    epoch: number,
  ) => Fiber<GtidSet | null | 'deposed'>
  /** A server comes back. */
  readonly rejoin: (coordinator: CoordinatorState, reign: Reign, member: Member) => Fiber<void>
  /** Waits until the quorum has a write; undefined: not in time. */
  readonly acknowledged: (
    coordinator: CoordinatorState,
    reign: Reign,
    written: ExecutedReply,
    nowUs: number,
  ) => Fiber<Acknowledged | undefined>
  /** How old the choice of the replicas that a write waits for may be. */
  readonly selectionAgeUs: number
  /** The next take-over, where it begins while the epoch before it still serves; null: it has to end first. */
  readonly moveOn: (coordinator: CoordinatorState, alarm: Alarm) => Fiber<TakeOver | null>
  /** What a client is told whose write is executed and not acknowledged. */
  readonly missedQuorum: (written: ExecutedReply, why: Why) => WriteReply
}
