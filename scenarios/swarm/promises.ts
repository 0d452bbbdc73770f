/** Which checks a drawn run is held to: what its algorithms promise, and nothing that they do not. */
import type { CheckName } from '../scenario.ts'
import type { Written } from '../written.ts'

const ALWAYS: readonly CheckName[] = [
  'acknowledged-writes-survive',
  'single-writer',
  'linearizable',
  'replicas-converge',
]

/**
 * Under faults of any kind. `odd-even` counts from the start again after a restart and is in no order of time; `hybrid`
 * is ordered only as far as clocks agree.
 */
const OF_TIMESTAMPS: Readonly<Record<string, readonly CheckName[]>> = {
  'odd-even': [],
  taas: ['timestamps-unique', 'timestamps-ordered'],
  oracle: ['timestamps-unique', 'timestamps-ordered'],
  hybrid: ['timestamps-unique'],
}

export function promisedChecks(algorithms: Written): readonly CheckName[] {
  return [...ALWAYS, ...(OF_TIMESTAMPS[algorithms.timestamps as string] ?? [])]
}
