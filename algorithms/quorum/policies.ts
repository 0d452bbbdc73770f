import { ALL } from './all.ts'
import { CABINET } from './cabinet.ts'
import { CABINET_TOP } from './cabinet-top.ts'
import { FLEXIBLE } from './flexible.ts'
import { MAJORITY } from './majority.ts'
import { NONE } from './none.ts'
import type { QuorumKind } from './policy-kind.ts'

/** Every quorum policy by its name in scenarios. A new one is a file beside these and a line here. */
export const QUORUM_POLICIES = {
  majority: MAJORITY,
  'cabinet-top': CABINET_TOP,
  cabinet: CABINET,
  flexible: FLEXIBLE,
  all: ALL,
  none: NONE,
} as const satisfies Record<string, QuorumKind>

export type QuorumName = keyof typeof QUORUM_POLICIES
