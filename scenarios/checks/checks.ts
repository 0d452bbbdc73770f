import { ACKNOWLEDGED_WRITES_SURVIVE } from './acknowledged-writes-survive.ts'
import type { Check } from './check.ts'
import { ELECTIONS_SAFE } from './elections-safe.ts'
import { LINEARIZABLE } from './linearizable.ts'
import { LIVE_AFTER_HEALING } from './live-after-healing.ts'
import { MONOTONIC_SESSIONS } from './monotonic-sessions.ts'
import { READ_YOUR_WRITES } from './read-your-writes.ts'
import { REPLICAS_CONVERGE } from './replicas-converge.ts'
import { SINGLE_WRITER } from './single-writer.ts'
import { TIMESTAMPS_ORDERED } from './timestamps-ordered.ts'
import { TIMESTAMPS_SESSION_MONOTONE } from './timestamps-session-monotone.ts'
import { TIMESTAMPS_UNIQUE } from './timestamps-unique.ts'

/** Every check by its name in scenarios. A new one is a file beside these and a line here. */
export const CHECKS = {
  'acknowledged-writes-survive': ACKNOWLEDGED_WRITES_SURVIVE,
  'timestamps-unique': TIMESTAMPS_UNIQUE,
  'timestamps-ordered': TIMESTAMPS_ORDERED,
  'single-writer': SINGLE_WRITER,
  'replicas-converge': REPLICAS_CONVERGE,
  linearizable: LINEARIZABLE,
  'elections-safe': ELECTIONS_SAFE,
  'live-after-healing': LIVE_AFTER_HEALING,
  'read-your-writes': READ_YOUR_WRITES,
  'monotonic-sessions': MONOTONIC_SESSIONS,
  'timestamps-session-monotone': TIMESTAMPS_SESSION_MONOTONE,
} as const satisfies Record<string, Check>

export type CheckName = keyof typeof CHECKS

export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[]
