/** What verbs do to containers: all that is done to processes, and what takes a machine of their own under them. */
import type { Effect, Effects, Sight } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import { monotonicUs } from '../drivers/driver.ts'
import type { Machine } from '../drivers/machine.ts'
import { EFFECTS } from './fault-effects.ts'
import { type FaultPlace, targetOf } from './fault-place.ts'
import { promised } from './promises.ts'

export const CONTAINER_EFFECTS: Effects<'docker', FaultPlace> = {
  ...EFFECTS,
  partition: (item, place) => {
    const machine = machineOf(item, place)
    return effect(place, () => machine.network(), {
      apply: () => machine.disconnect(),
      undo: () => machine.connect(),
    })
  },
}

/** The engine takes a quarter of a second on a quiet machine. */
const LIMIT_US = 5_000_000

/** What would take several is refused before a run. */
function machineOf(item: Item, place: FaultPlace): Machine {
  const { machine } = targetOf(item, place)
  if (machine === undefined || item.names.length !== 1)
    throw new Error(`assertion: ${item.names.join(' and ')} cannot be reached as one machine`)
  return machine
}

function effect<Look extends string>(
  { workloadStartUs }: FaultPlace,
  look: () => Promise<Sight<Look>>,
  does: { readonly apply: () => Promise<void>; readonly undo: () => Promise<void> },
): Effect<Look> {
  const seen = async () => {
    const sight = await look()
    return { ...sight, seenUs: monotonicUs() - workloadStartUs }
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(seen()),
    apply: () => promised(does.apply().then(seen)),
    undo: () => promised(does.undo().then(seen)),
  }
}
