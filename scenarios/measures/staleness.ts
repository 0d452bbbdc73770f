/**
 * How stale EVENTUAL reads were. A read misses a write if that had been answered ok before the read was sent, and the
 * row that the read shows was certainly there before the write was sent. Its staleness is the time from the answer of
 * the first write that it misses to its own sending: for so long what it shows had been out of date. 0: it misses none.
 * So `max < 500` says that every write was visible to everybody half a second after its answer.
 *
 * It errs on the low side: of two writes at once nobody knows which row is the newer one. EVENTUAL writes that were
 * lost are left out: they are counted as lost, and no read will ever show them.
 */

import { KeyHistories } from '../checks/session-history.ts'
import type { Operation, RunRecord } from '../record.ts'
import type { Summary } from '../result.ts'
import { numbersOf, rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import { Samples } from './summary-samples.ts'

/** The answered writes of a key, ascending by their sending. */
interface Answered {
  readonly sentUs: readonly number[]
  /** The earliest answer among this one and all sent later. */
  readonly firstEndUs: readonly number[]
}

/** Undefined: no EVENTUAL read was measured. `lost`: writes answered ok that are gone. */
export function stalenessOf(
  record: RunRecord,
  scenario: Scenario,
  lost: readonly Operation[],
): NonNullable<Summary['stalenessMs']> | undefined {
  const { warmupUs } = scenario.workload
  const reads = record.operations.filter(
    ({ kind, outcome, consistency, intendedUs, sentUs }) =>
      kind === 'read' && outcome === 'ok' && consistency === 'EVENTUAL' && intendedUs >= warmupUs && sentUs !== null,
  )
  if (reads.length === 0) return undefined
  const rows = rowsOf(record.operations)
  const histories = new KeyHistories(rows)
  const byKey = answeredWrites(rows, new Set(lost.flatMap(numbersOf)))
  const samples = new Samples()
  for (const read of reads) {
    const shown = histories.shownBy(read)
    if (shown === undefined) continue
    const visibleUs = shown === null ? Number.NEGATIVE_INFINITY : histories.visibleByUs(shown)
    const missedUs = firstEndOfLater(byKey.get(read.key), visibleUs)
    samples.add(missedUs < read.sentUs! ? read.sentUs! - missedUs : 0)
  }
  const [p50, p99] = samples.quantiles([0.5, 0.99]).map((us) => us / 1000)
  return { count: samples.count, p50: p50!, p99: p99!, max: samples.maxUs / 1000 }
}

function answeredWrites(operations: readonly Operation[], lost: ReadonlySet<number>): Map<number, Answered> {
  const writes = new Map<number, Operation[]>()
  for (const operation of operations) {
    const { op, kind, outcome, key, sentUs, endUs } = operation
    if (kind !== 'write' || outcome !== 'ok' || sentUs === null || endUs === null || lost.has(op)) continue
    const list = writes.get(key)
    if (list === undefined) writes.set(key, [operation])
    else list.push(operation)
  }
  const answered = new Map<number, Answered>()
  for (const [key, list] of writes) {
    list.sort((a, b) => a.sentUs! - b.sentUs!)
    const firstEndUs = list.map(({ endUs }) => endUs!)
    for (let i = firstEndUs.length - 2; i >= 0; i--) firstEndUs[i] = Math.min(firstEndUs[i]!, firstEndUs[i + 1]!)
    answered.set(key, { sentUs: list.map(({ sentUs }) => sentUs!), firstEndUs })
  }
  return answered
}

/** The earliest answer of a write that was sent after `visibleUs`; infinite: there is none. */
function firstEndOfLater(answered: Answered | undefined, visibleUs: number): number {
  if (answered === undefined) return Number.POSITIVE_INFINITY
  const { sentUs, firstEndUs } = answered
  let [from, to] = [0, sentUs.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sentUs[middle]! > visibleUs) to = middle
    else from = middle + 1
  }
  return firstEndUs[from] ?? Number.POSITIVE_INFINITY
}
