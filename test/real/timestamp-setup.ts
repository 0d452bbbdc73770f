/** A timestamp server's process on its own, for tests that need some process of ours. */
import { join } from 'node:path'
import type { TimestampSetup } from '../../real/processes/ipc-messages.ts'
import { RunClock } from '../../real/processes/run-clock.ts'
import { DEFAULT_TUNING } from '../../scenarios/scenario.ts'

/** Number `index` (0-based) of `count` servers; its journal goes to `directory`. */
export function timestampSetup(
  algorithm: TimestampSetup['algorithm'],
  index: number,
  count: number,
  directory: string,
): TimestampSetup {
  const names = Array.from({ length: count }, (_, i) => `timestamp-${i + 1}`)
  return {
    kind: 'timestamp',
    run: { originUs: RunClock.hostUs(), seed: 1 },
    bind: '127.0.0.1',
    port: 0,
    algorithm,
    index,
    names,
    volatileLimit: false,
    leaseUs: DEFAULT_TUNING.timestampLeaseUs,
    journalPath: join(directory, `${names[index]}.journal`),
  }
}
