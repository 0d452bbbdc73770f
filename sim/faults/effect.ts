/** An effect in the simulated world: a look and an act, each at once. */
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import { already } from '../../scenarios/faults/later.ts'

/** What is seen now. */
export interface Look<Kind extends string> {
  readonly look: Kind
  readonly text: string
  readonly amounts?: readonly number[]
  readonly life?: unknown
}

/** What a look measured where nothing but a change can be seen. */
export type Measured = Pick<Required<Look<string>>, 'text' | 'amounts'>

/** `act`: does it, and returns its undo. */
export function effect<Kind extends string>(
  look: () => Look<Kind>,
  act: () => () => void,
  limitUs: number,
): Effect<Kind> {
  let undo: () => void = () => {}
  return {
    limitUs,
    look: () => already(look()),
    apply: () => {
      undo = act()
      return already(look())
    },
    undo: () => {
      undo()
      return already(look())
    },
  }
}

/** Links and speeds change at once, and must be seen to have changed. */
export const AT_ONCE_US = 0
/** A process may take its time to end. */
export const IN_TIME_US = 30_000_000
