/** The failovers that a moment knows of, told from the decisions: the live ones are recorded in the same form. */
import { textOf } from '../../../algorithms/reasons/text.ts'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import type { FailoverRecord } from '../../services/wire.ts'
import type { RecordedRun } from './recorded-run.ts'

type Told<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>
type Step = FailoverRecord['steps'][number]

/** One attempt: the steps of an epoch, until it serves, is refused, or a newer epoch begins. */
interface Attempt {
  readonly epoch: number
  readonly startedAtMs: number
  readonly from: string | null
  readonly isPlanned: boolean
  readonly cause: string
  readonly steps: Step[]
  elected: Told<'elected'> | null
  refused: Told<'refused'> | null
  reign: Told<'reign'> | null
  servingMs: number | null
  oldSource: string
}

export function failoversAt(run: RecordedRun, atMs: number): FailoverRecord[] {
  const attempts: Attempt[] = []
  let source: string | null = null
  let planned: Told<'planned'> | null = null
  const open = (): Attempt | null => {
    const last = attempts.at(-1)
    return last !== undefined && last.servingMs === null && last.refused === null ? last : null
  }
  const attemptOf = (event: TraceEvent & { epoch: number }, cause: string): Attempt => {
    const last = open()
    if (last !== null && last.epoch === event.epoch) return last
    const fresh: Attempt = {
      epoch: event.epoch,
      startedAtMs: startOf(run, event, planned),
      from: source,
      isPlanned: planned !== null,
      cause: planned?.reason ?? cause,
      steps: [],
      elected: null,
      refused: null,
      reign: null,
      servingMs: null,
      oldSource: '',
    }
    attempts.push(fresh)
    return fresh
  }
  for (const event of run.events) {
    const eventMs = event.atUs / 1000
    if (eventMs > atMs) break
    if (event.kind === 'planned') planned = event
    else if (event.kind === 'phase') {
      const attempt = attemptOf(event, event.detail)
      attempt.steps.push({ phase: event.phase, atMs: eventMs, detail: event.detail })
      if (event.phase === 'serving') {
        attempt.servingMs = eventMs
        planned = null
      }
    } else if (event.kind === 'elected') {
      const attempt = attemptOf(event, event.reason)
      attempt.elected = event
      attempt.steps.push({
        phase: 'elected',
        atMs: eventMs,
        detail: `${event.node} by ${event.policy}: ${event.reason}`,
      })
    } else if (event.kind === 'reign') {
      const attempt = attemptOf(event, 'a new epoch begins')
      attempt.reign = event
      attempt.steps.push({
        phase: 'reign',
        atMs: eventMs,
        detail: `${event.source} writes the row of epoch ${event.epoch}`,
      })
      source = event.source
    } else if (event.kind === 'refused') {
      const attempt = attemptOf(event, event.reason)
      attempt.refused = event
      attempt.steps.push({ phase: 'refused', atMs: eventMs, detail: event.reason })
      planned = null
    } else tellOldSource(attempts.at(-1), event)
  }
  return attempts.map((attempt, index) => recordOf(run, attempt, index, atMs))
}

/** A failover begins with what caused it, where that is known: the fault, or the request. */
function startOf(run: RecordedRun, event: TraceEvent & { epoch: number }, planned: Told<'planned'> | null): number {
  const known = run.failovers.find(({ epoch }) => epoch === event.epoch)
  return known?.startMs ?? (planned ?? event).atUs / 1000
}

function tellOldSource(attempt: Attempt | undefined, event: TraceEvent): void {
  if (attempt === undefined || attempt.from === null) return
  const { from } = attempt
  if (event.kind === 'rejoined' && event.node === from) attempt.oldSource = `follows again: ${event.detail}`
  else if (event.kind === 'quarantined' && event.node === from)
    attempt.oldSource = `quarantined with transactions that nobody else has: ${event.extras}`
  else if (event.kind === 'rebuilt' && event.node === from)
    attempt.oldSource = `rebuilt in ${Math.round(event.tookUs / 1000)} ms`
  else if (event.kind === 'fenced' && event.node === from)
    attempt.oldSource = `fenced; writable for ${(event.writableForUs / 1000).toFixed(1)} ms after it was reached again`
}

function recordOf(run: RecordedRun, attempt: Attempt, index: number, atMs: number): FailoverRecord {
  const { epoch, refused, reign, elected, servingMs, from, startedAtMs } = attempt
  const measured = run.failovers.find((failover) => failover.epoch === epoch)
  const firstWriteMs = measured?.durationMs ?? null
  const isWritten = firstWriteMs !== null && startedAtMs + firstWriteMs <= atMs
  const outageMs = measured?.clientOutageMs ?? null
  const outageEndMs = (measured?.clientOutageStartMs ?? startedAtMs) + (outageMs ?? 0)
  return {
    id: `failover-${index + 1}`,
    kind: attempt.isPlanned ? 'planned' : from === null ? 'start' : 'failover',
    startedAtMs,
    endedAtMs: servingMs ?? (refused === null ? null : refused.atUs / 1000),
    cause: attempt.cause,
    from,
    to: reign?.source ?? elected?.node ?? null,
    epoch,
    policy: elected?.policy ?? run.algorithms.election,
    steps: attempt.steps,
    firstWriteMs: isWritten ? firstWriteMs : null,
    outageMs: outageMs !== null && outageEndMs <= atMs ? outageMs : null,
    verdict: refused !== null ? 'refused' : servingMs !== null ? 'done' : 'running',
    why: refused?.why ?? null,
    reason: refused === null ? (elected?.reason ?? '') : textOf(refused.why),
    rankings: elected?.rankings ?? {},
    oldSource: from === null || from === reign?.source ? '' : attempt.oldSource || 'not seen since',
    statements: [],
  }
}
