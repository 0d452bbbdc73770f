/** What every run of a swarm may be after, in place of whatever comes. */

/** `losses`: replicas lose relay logs that hold what is acknowledged, while a coordinator looks (losses.ts). */
export const AIMS = ['losses'] as const
export type Aim = (typeof AIMS)[number]
