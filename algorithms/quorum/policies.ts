import { all } from './all.ts'
import { cabinet } from './cabinet.ts'
import { cabinetTop } from './cabinet-top.ts'
import { flexible } from './flexible.ts'
import { majority } from './majority.ts'
import { none } from './none.ts'
import type { QuorumPolicy } from './policy.ts'

/** What a scenario says beside the policy's name. Only `flexible` and `cabinet` have a threshold, only `cabinet` a ratio. */
export interface QuorumSettings {
  /** t: from 1 to floor((n-1)/2). */
  readonly failureThreshold: number
  /** r: of neighbouring weights. */
  readonly weightRatio: number | 'largest'
}

/** Every quorum policy by its name in scenarios. A new one is a file beside these and a line here. */
export const QUORUM_POLICIES = {
  majority: () => majority,
  'cabinet-top': () => cabinetTop,
  cabinet: ({ failureThreshold, weightRatio }) => cabinet(failureThreshold, weightRatio),
  flexible: ({ failureThreshold }) => flexible(failureThreshold),
  all: () => all,
  none: () => none,
} as const satisfies Record<string, (settings: QuorumSettings) => QuorumPolicy>

/** Can the failure threshold of this policy be changed? */
export function hasThreshold(policy: QuorumPolicy): boolean {
  return policy.name === 'flexible' || policy.name === 'cabinet'
}
