import { BEST_KNOWN } from './best-known.ts'
import { LOWEST_RTT } from './lowest-rtt.ts'
import { MOST_ADVANCED } from './most-advanced.ts'
import type { ElectionFactory, ElectionKind, ElectionPolicy, ElectionSetup } from './policy.ts'
import { SEER } from './seer-policy.ts'
import { SEER_SCORE } from './seer-score.ts'
import { UNIFORM } from './uniform.ts'

/** Every election policy by its name in scenarios. A new one is a file beside these and a line here. */
export const ELECTION_POLICIES = {
  'seer-score': SEER_SCORE,
  'most-advanced': MOST_ADVANCED,
  uniform: UNIFORM,
  'lowest-rtt': LOWEST_RTT,
  seer: SEER,
  'best-known': BEST_KNOWN,
} as const satisfies Record<string, ElectionKind>

export type ElectionName = keyof typeof ELECTION_POLICIES

/** The one that decides, and all whose opinion is recorded beside its own. */
export interface Elections {
  readonly deciding: ElectionPolicy
  readonly all: readonly ElectionPolicy[]
}

/**
 * Made anew for each coordinator. `chosen` may be a factory of somebody's own. The opinion of one that learns is what it
 * has learnt, so it has one only where it decides and was fed; that of a clairvoyant exists where the true delays are known.
 */
export function electionsOf(
  chosen: ElectionName | ElectionFactory,
  setup: ElectionSetup,
  hasTrueDelays: boolean,
): Elections {
  const deciding = typeof chosen === 'string' ? ELECTION_POLICIES[chosen].make(setup) : chosen(setup)
  const others = Object.values<ElectionKind>(ELECTION_POLICIES)
    .filter(({ name, learns, isClairvoyant }) => !learns && (!isClairvoyant || hasTrueDelays) && name !== deciding.name)
    .map(({ make }) => make(setup))
  return { deciding, all: [deciding, ...others] }
}
