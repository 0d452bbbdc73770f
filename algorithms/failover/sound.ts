/** The sound form of every step that has an unsafe one. */
import type { Fiber } from '../effects.ts'
import { catchUp } from './catch-up.ts'
import { gather } from './gather.ts'
import type { Procedures } from './procedures.ts'
import { rejoin } from './rejoin.ts'
import { foresee, takeSnapshot } from './snapshot.ts'
import { eligible } from './take-over.ts'
import { acknowledged, missedQuorum, SELECTION_AGE_US } from './write.ts'

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
