/** The load of a scenario in words, for the terminal, the report and `explain`. */
import { hotCount } from './key-choice.ts'
import type { Workload } from './scenario.ts'

/** `1000 keys`, `1000 keys (Zipf 0.99)`, `1000 keys (80 % of operations on the hottest 200)`. */
export function keysText({ keys, keyChoice }: Pick<Workload, 'keys' | 'keyChoice'>): string {
  const all = keys === 1 ? '1 key' : `${keys} keys`
  if (keyChoice === undefined) return all
  if (keyChoice.kind === 'zipf') return `${all} (Zipf ${keyChoice.exponent})`
  const percent = Math.round(keyChoice.operationShare * 1000) / 10
  return `${all} (${percent} % of operations on the hottest ${hotCount(keys, keyChoice.keyShare)})`
}
