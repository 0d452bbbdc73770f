import { mostAdvanced } from './most-advanced.ts'
import type { ElectionPolicy } from './policy.ts'
import { seerScorePolicy } from './seer-score.ts'

/** Every election policy by its name in scenarios. A new one is a file beside these and a line here. */
export const ELECTION_POLICIES = {
  'seer-score': seerScorePolicy,
  'most-advanced': mostAdvanced,
} as const satisfies Record<string, ElectionPolicy>
