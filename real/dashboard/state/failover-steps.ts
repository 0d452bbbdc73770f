/** The steps of a failover as rows: when each began since the start, how long it took, and what it means. */
import type { FailoverRecord } from '../../services/wire.ts'

interface StepRow {
  readonly key: string
  readonly label: string
  readonly meaning: string
  readonly detail: string
  /** Since the failover's start. */
  readonly fromMs: number
  /** To the next step; of the last one of a failover that runs, so far. */
  readonly lastedMs: number
  readonly isRunning: boolean
}

const WORDS: Readonly<Record<string, readonly [label: string, meaning: string]>> = {
  detect: ['Detect', 'the fault is noticed'],
  decide: ['Decide', 'replicas are stopped and read; the source is fenced where it answers'],
  catchUp: ['Catch up', 'the new source applies what it lacks'],
  elected: ['Elect', 'the policy ranks the candidates'],
  promote: ['Promote', 'the winner becomes writable'],
  reign: ['Reign', 'it writes the row of its epoch'],
  reroute: ['Re-route', 'the other replicas follow it'],
  serving: ['Serve', 'all replicas that answered follow the new source'],
  firstWrite: ['First write', 'the first write of the new epoch is acknowledged'],
  refused: ['Refused', 'no take-over is allowed'],
}

export function stepRows(record: FailoverRecord, nowMs: number): StepRow[] {
  const { steps, startedAtMs, verdict } = record
  return steps.map(({ phase, atMs, detail }, index) => {
    const next = steps[index + 1]
    const isRunning = next === undefined && verdict === 'running'
    const [label, meaning] = WORDS[phase] ?? [phase, '']
    return {
      key: `${phase}-${index}`,
      label,
      meaning,
      detail,
      fromMs: atMs - startedAtMs,
      lastedMs: (next?.atMs ?? (isRunning ? Math.max(nowMs, atMs) : atMs)) - atMs,
      isRunning,
    }
  })
}

/** From the start to the last thing that belongs to it. */
export function lengthMs(record: FailoverRecord, nowMs: number): number {
  const endMs = record.verdict === 'running' ? nowMs : (record.endedAtMs ?? nowMs)
  const lastMs = Math.max(endMs, ...record.steps.map(({ atMs }) => atMs))
  return Math.max(1, lastMs - record.startedAtMs)
}
