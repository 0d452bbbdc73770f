import { cabinetTop } from './cabinet-top.ts'
import { majority } from './majority.ts'
import type { QuorumPolicy } from './policy.ts'

/** Every quorum policy by its name in scenarios. A new one is a file beside these and a line here. */
export const QUORUM_POLICIES = { majority, 'cabinet-top': cabinetTop } as const satisfies Record<string, QuorumPolicy>
