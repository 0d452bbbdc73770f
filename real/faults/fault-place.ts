/** Where faults on real processes find whom they hit. */
import type { Item } from '../../scenarios/faults/items.ts'
import type { LinkPlace } from './link-effects.ts'
import type { FaultTarget } from './targets.ts'

export interface FaultPlace extends LinkPlace {
  readonly targets: ReadonlyMap<string, FaultTarget>
  /** The last source a reign named; null before the first. */
  readonly source: () => string | null
}

export function targetOf({ names }: Item, { targets }: FaultPlace): FaultTarget {
  const target = targets.get(names[0]!)
  if (target === undefined) throw new Error(`assertion: a fault's target ${names[0]} does not exist`)
  return target
}
