/**
 * Whether the load generator asked what the scenario wanted, when it wanted it. If it did not, every other figure is of
 * another workload, and what looks like the cluster's limit may be the generator's.
 *
 * Judged is what was due before any fault: afterwards an operation may well wait for a client whose last one hangs. An
 * operation is late that was sent more than 10 ms after its intended start, or never. Whose client still waited for an
 * answer then had none to spare: with one operation in flight for each, n clients get no more than n answers in the
 * time that one takes. The others were late though their client was free: the machine that runs the generator was.
 */
import type { Operation, RunRecord } from '../record.ts'
import type { Summary } from '../result.ts'
import type { Scenario } from '../scenario.ts'

type GeneratorSummary = NonNullable<Summary['generator']>

const LATE_US = 10_000
/** More than this share late is more than a hiccup. */
const MOST_LATE = 0.05

/** `operations` in order of intended start. */
export function generatorOf(
  operations: readonly Operation[],
  { faults, endedUs }: Pick<RunRecord, 'faults' | 'endedUs'>,
  { workload }: Scenario,
): GeneratorSummary {
  const untilUs = Math.min(endedUs, ...faults.map(({ atUs }) => atUs))
  const freeUs = new Map<number, number>()
  const waits: number[] = []
  let due = 0
  let late = 0
  let busy = 0
  let answered = 0
  let tookUs = 0
  for (const { intendedUs, sentUs, endUs, session } of operations) {
    if (intendedUs >= untilUs) break
    due++
    if (sentUs === null || sentUs - intendedUs > LATE_US) {
      late++
      if (session === null || (freeUs.get(session) ?? 0) > intendedUs) busy++
      if (sentUs !== null) waits.push(sentUs - intendedUs)
    }
    if (session !== null) freeUs.set(session, endUs ?? Number.POSITIVE_INFINITY)
    if (sentUs === null || endUs === null) continue
    answered++
    tookUs += endUs - sentUs
  }
  const share = due === 0 ? 0 : late / due
  return {
    verdict: share <= MOST_LATE ? 'kept up' : busy * 2 >= late ? 'out of clients' : 'late',
    clients: workload.clients,
    due,
    late,
    medianWaitMs: waits.length === 0 ? null : waits.sort((a, b) => a - b)[waits.length >> 1]! / 1000,
    answerMeanMs: answered === 0 ? null : tookUs / answered / 1000,
  }
}
