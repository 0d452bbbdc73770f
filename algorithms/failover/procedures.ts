/**
 * The steps of a coordinator that have a counterpart among the unsafe forms (`unsafe/`). They are chosen once, when the
 * coordinator starts; every other step is called by its own name. So the sound code is read without a single
 * `if (unsafe)`, and an unsafe form is a file that says what it leaves out.
 */

import type { Fiber } from '../effects.ts'
import { catchUp } from './catch-up.ts'
import { gather } from './gather.ts'
import { rejoin } from './rejoin.ts'
import { foresee, takeSnapshot } from './snapshot.ts'
import type { Alarm, CoordinatorState } from './state.ts'
import type { TakeOver } from './take-over.ts'
import { eligible } from './take-over.ts'
import { acknowledged, missedQuorum, SELECTION_AGE_US } from './write.ts'

export interface Procedures {
  /** Would a take-over be allowed, by the last probes? Asked before anything is touched. */
  readonly foresee: typeof foresee
  /** Promise, stop, fence. */
  readonly gather: typeof gather
  /** Who counts, who holds what, what may have been acknowledged, and is the quorum rule met? */
  readonly judge: typeof takeSnapshot
  /** Who may win. */
  readonly eligible: typeof eligible
  /** The winner gets everything that may have been acknowledged. */
  readonly catchUp: typeof catchUp
  /** A server comes back. */
  readonly rejoin: typeof rejoin
  /** Waits until the quorum has a write. */
  readonly acknowledged: typeof acknowledged
  /** How old the choice of the replicas that a write waits for may be. */
  readonly selectionAgeUs: number
  /** The next take-over, where it begins while the epoch before it still serves; null: it has to end first. */
  readonly moveOn: (coordinator: CoordinatorState, alarm: Alarm) => Fiber<TakeOver | null>
  /** What a client is told whose write is executed and not acknowledged. */
  readonly missedQuorum: typeof missedQuorum
}

export const SOUND: Procedures = {
  foresee,
  gather,
  judge: takeSnapshot,
  eligible,
  catchUp,
  rejoin,
  acknowledged,
  selectionAgeUs: SELECTION_AGE_US,
  moveOn: endFirst,
  missedQuorum,
}

/** From the decision on, the old epoch acknowledges nothing. */
function* endFirst(): Fiber<null> {
  return null
}
