/** From what a file says of its load to the complete workload, or to what is wrong with it. */
import type { z } from 'zod'
import type { Refuse } from './faults/written-fault.ts'
import type { Workload } from './scenario.ts'
import type { workloadSchema } from './workload-schema.ts'

/** A history of more than this would not fit into memory. */
const MAX_OPERATIONS = 20_000_000

type Data = z.output<typeof workloadSchema>

export function completeWorkload(data: Data): Workload {
  const { mode, arrivals, ratePerSec, clients, reads, consistency, keys, duration, warmup, deadline } = data
  return {
    mode,
    arrivals,
    ratePerSec,
    clients,
    reads,
    consistency,
    keys: keys.count,
    ...(keys.choice === undefined ? {} : { keyChoice: keys.choice }),
    durationUs: duration,
    warmupUs: warmup,
    deadlineUs: deadline,
  }
}

export function checkWorkload({ warmupUs, durationUs, ratePerSec }: Workload, refuse: Refuse): void {
  if (warmupUs >= durationUs)
    refuse(['workload', 'warmup'], 'nothing to measure', 'a warm-up shorter than the duration', 'one as long or longer')
  const operations = (ratePerSec * durationUs) / 1e6
  if (operations > MAX_OPERATIONS)
    refuse(['workload'], 'too much work', `at most ${MAX_OPERATIONS} operations (rate x duration)`, `${operations}`)
}
