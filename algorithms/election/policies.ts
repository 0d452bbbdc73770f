import { bestKnown } from './best-known.ts'
import { lowestRtt } from './lowest-rtt.ts'
import { mostAdvanced } from './most-advanced.ts'
import type { ElectionFactory, ElectionPolicy, ElectionSetup } from './policy.ts'
import { seerPolicy } from './seer-policy.ts'
import { seerScorePolicy } from './seer-score.ts'
import { uniform } from './uniform.ts'

/** Every election policy by its name in scenarios. A new one is a file beside these and a line here. */
export const ELECTION_POLICIES = {
  'seer-score': () => seerScorePolicy,
  'most-advanced': () => mostAdvanced,
  uniform: () => uniform,
  'lowest-rtt': () => lowestRtt,
  seer: ({ seer }) => seerPolicy(seer),
  'best-known': () => bestKnown,
} as const satisfies Record<string, ElectionFactory>

export type ElectionName = keyof typeof ELECTION_POLICIES

/** The one that decides, and all whose opinion is recorded beside its own. */
export interface Elections {
  readonly deciding: ElectionPolicy
  readonly all: readonly ElectionPolicy[]
}

/**
 * Made anew for each coordinator. `chosen` may be a factory of somebody's own. The opinion of `seer` is what it has
 * learnt, so it has one only where it decides and was fed; that of `best-known` exists where there is an oracle.
 */
export function electionsOf(
  chosen: ElectionName | ElectionFactory,
  setup: ElectionSetup,
  hasOracle: boolean,
): Elections {
  const deciding = typeof chosen === 'string' ? ELECTION_POLICIES[chosen](setup) : chosen(setup)
  const others = Object.entries(ELECTION_POLICIES)
    .filter(([name]) => name !== 'seer' && (name !== 'best-known' || hasOracle) && name !== deciding.name)
    .map(([, make]) => make(setup))
  return { deciding, all: [deciding, ...others] }
}
