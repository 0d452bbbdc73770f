/** Which checks a drawn run is held to: what its algorithms promise, and nothing that they do not. */
import type { Consistency } from '../../algorithms/servers.ts'
import { type LevelShares, mayOffer } from '../levels.ts'
import type { CheckName } from '../scenario.ts'
import type { Written } from '../written.ts'

const ALWAYS: readonly CheckName[] = [
  'acknowledged-writes-survive',
  'single-writer',
  'linearizable',
  'elections-safe',
  'replicas-converge',
]

/**
 * A replica that lost data or was rebuilt counts again when something newer was acknowledged without it
 * (failover/rules.md section 1). Where all must hold everything, nothing ever is: after one rebuild it stands for good.
 */
const NEVER_LIVE_AGAIN: ReadonlySet<string> = new Set(['all'])

/**
 * Under faults of any kind. `odd-even` counts from the start again after a restart and is in no order of time; `hybrid`
 * is ordered only as far as clocks agree.
 */
const OF_TIMESTAMPS: Readonly<Record<string, readonly CheckName[]>> = {
  'odd-even': [],
  taas: ['timestamps-unique', 'timestamps-ordered', 'timestamps-session-monotone'],
  oracle: ['timestamps-unique', 'timestamps-ordered', 'timestamps-session-monotone'],
  hybrid: ['timestamps-unique', 'timestamps-session-monotone'],
}

export function promisedChecks({ algorithms, workload }: Written): readonly CheckName[] {
  const { timestamps, quorum } = algorithms as { timestamps: string; quorum: string }
  const { consistency } = workload as { consistency: Consistency | LevelShares }
  const sessions: readonly CheckName[] = mayOffer(consistency, 'SESSION')
    ? ['read-your-writes', 'monotonic-sessions']
    : []
  const live: readonly CheckName[] = NEVER_LIVE_AGAIN.has(quorum) ? [] : ['live-after-healing']
  return [...ALWAYS, ...live, ...sessions, ...(OF_TIMESTAMPS[timestamps] ?? [])]
}
