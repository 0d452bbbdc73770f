/**
 * A failure whose faults hang on events instead of on the clock, wherever it still fails so. On real servers the order
 * of events is what can be had again; a time to the microsecond is not.
 */
import { formatDuration, parseDuration } from '../file/amounts.ts'
import type { Written } from '../file/written.ts'
import type { Operation, RunRecord } from '../record.ts'
import type { Failing } from './shrink.ts'

/** A phase of a failover that is further away has nothing to do with the fault. */
const NEAR_US = 500_000

/** `recordOf`: what happens in it; null: it broke off, and stays as it is. */
export function timedByEvents(
  failing: Failing,
  fails: (candidate: Failing) => boolean,
  recordOf: (failing: Failing) => RunRecord | null,
): Failing {
  let best = failing
  const count = ((failing.written.faults as readonly Written[] | undefined) ?? []).length
  for (let index = 0; index < count; index++) {
    const record = recordOf(best)
    if (record === null) return best
    best = firstFailing(proposals(best, index, record), fails) ?? best
  }
  return best
}

function firstFailing(candidates: Iterable<Failing>, fails: (candidate: Failing) => boolean): Failing | null {
  for (const candidate of candidates) if (fails(candidate)) return candidate
  return null
}

/** The step after each event that may be what it needs, the plainest first. */
function* proposals({ written, seed }: Failing, index: number, record: RunRecord): Generator<Failing> {
  const steps = written.faults as readonly Written[]
  const { at, ...step } = steps[index]!
  const atUs = typeof at === 'string' ? parseDuration(at) : null
  if (atUs === null) return
  for (const after of eventsBefore(atUs, record)) {
    const faults = steps.map((other, i) => (i === index ? { after, ...step } : other))
    yield { written: { ...written, faults }, seed }
  }
}

function* eventsBefore(atUs: number, { operations, events, nodes }: RunRecord): Generator<Written> {
  const inFlight = operations.find((one) => one.kind === 'write' && isInFlight(one, atUs))
  if (inFlight !== undefined) for (const { node } of nodes) yield { op: inFlight.op, receivedBy: node }
  const answered = operations.filter(({ outcome, endUs }) => outcome === 'ok' && endUs !== null)
  const before = answered.filter(({ endUs }) => endUs! <= atUs)
  const last = before.reduce<Operation | null>((a, b) => (a === null || b.endUs! > a.endUs! ? b : a), null)
  if (last !== null) yield { op: last.op }
  else {
    // A step at the very beginning, where on real servers nothing is under way yet.
    const first = answered.reduce<Operation | null>((a, b) => (a === null || b.endUs! < a.endUs! ? b : a), null)
    if (first !== null && first.endUs! - atUs < NEAR_US) yield { op: first.op }
  }
  const phase = events.findLast((event) => event.kind === 'phase' && event.atUs > 0 && event.atUs <= atUs)
  if (phase?.kind === 'phase' && atUs - phase.atUs < NEAR_US) {
    yield { failoverStep: phase.phase }
    yield { failoverStep: phase.phase, delay: formatDuration(atUs - phase.atUs) }
  }
  if (last !== null) yield { op: last.op, delay: formatDuration(atUs - last.endUs!) }
}

function isInFlight({ sentUs, endUs }: Operation, atUs: number): boolean {
  return sentUs !== null && sentUs <= atUs && (endUs === null || endUs > atUs)
}
