/**
 * UNSAFE, kept on purpose: a server that comes back is pointed at the new source as it is, as the original prototype
 * did. What it has executed and nobody else has stays on it for good, and is served to whoever reads there; should it be
 * elected one day, it hands that on.
 */
import type { Fiber } from '../../effects.ts'
import type { Member } from '../member.ts'
import type { Procedures } from '../procedures.ts'
import type { Reign } from '../reign.ts'
import { follow, welcome } from '../rejoin.ts'
import type { CoordinatorState } from '../state.ts'

export function rejoinWithoutComparison(procedures: Procedures): Procedures {
  return { ...procedures, rejoin: pointAsItIs }
}

function* pointAsItIs(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<void> {
  if (yield* follow(coordinator, reign, member)) yield* welcome(reign, member, 'pointed as it is')
}
