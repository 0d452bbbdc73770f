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
  'live-after-healing',
]

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
  const { timestamps } = algorithms as { timestamps: string }
  const { consistency } = workload as { consistency: Consistency | LevelShares }
  const sessions: readonly CheckName[] = mayOffer(consistency, 'SESSION')
    ? ['read-your-writes', 'monotonic-sessions']
    : []
  return [...ALWAYS, ...sessions, ...(OF_TIMESTAMPS[timestamps] ?? [])]
}
