/** What verbs do to what lies under a real process: its processors, its disk, its clock, its connections. */
import type { Effect, Sight } from '../../../scenarios/faults/fault-world.ts'
import type { Item } from '../../../scenarios/faults/items.ts'
import { monotonicUs } from '../../drivers/driver.ts'
import { type FaultPlace, targetOf } from '../fault-place.ts'
import { promised } from '../promises.ts'
import type { Under } from './under.ts'

type MachineEffect<Look extends string> = (item: Item, place: FaultPlace) => Effect<Look>

/** A machine that is busy takes its time to show it. */
const LIMIT_US = 10_000_000

/** Fewer processors, a slower disk, or both. */
export const slowServer: MachineEffect<'as-it-is'> = (item, place) => {
  const { processors } = underOf(item, place)
  const { cpuShare } = item.step
  const look = async (): Promise<Sight<'as-it-is'>> => {
    const sight = await processors.look()
    return { look: 'as-it-is', text: sight.text, amounts: [sight.isLimited ? 1 : 0] }
  }
  return effect(place, look, {
    hurt: async () => {
      if (cpuShare !== null) await processors.hurt(item, cpuShare)
    },
    heal: () => processors.heal(item),
  })
}

function underOf(item: Item, place: FaultPlace): Under {
  const { name, under } = targetOf(item, place)
  if (under === undefined) throw new Error(`assertion: nobody takes care of what lies under ${name}`)
  return under
}

/** What holds is found by a look that takes its time: it holds since it was begun. */
function effect<Look extends string>(
  { workloadStartUs }: FaultPlace,
  look: () => Promise<Sight<Look>>,
  { hurt, heal }: { readonly hurt: () => Promise<void>; readonly heal: () => Promise<void> },
): Effect<Look> {
  const seen = async () => {
    const seenUs = monotonicUs() - workloadStartUs
    return { ...(await look()), seenUs }
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(seen()),
    apply: () => promised(hurt().then(seen)),
    undo: () => promised(heal().then(seen)),
  }
}
