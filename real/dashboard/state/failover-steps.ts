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
  gone: ['Gone', 'the source no longer answers'],
  requested: ['Asked for', 'somebody wants another source'],
  suspected: ['Suspect', 'a server does not answer its probe'],
  fenced: ['Fence', 'a source that was cut off may write no more'],
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
  switched: ['Moved', 'clients are served again'],
  rejoined: ['Rejoin', 'a server follows again'],
  quarantined: ['Quarantine', 'a server holds what nobody else has'],
  rebuilt: ['Rebuild', 'a server is a copy of another again'],
}

export function stepRows(record: FailoverRecord, nowMs: number): StepRow[] {
  const { startedAtMs, verdict } = record
  const steps = withFirstWrite(record)
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

/** Clients know of it, and not the coordinator's procedure: a live record has it as a number of its own. */
function withFirstWrite({ steps, firstWriteMs, startedAtMs }: FailoverRecord): FailoverRecord['steps'] {
  if (firstWriteMs === null || steps.some(({ phase }) => phase === 'firstWrite')) return steps
  const atMs = startedAtMs + firstWriteMs
  const detail = 'the first write of the new epoch is acknowledged'
  return [...steps, { phase: 'firstWrite', atMs, detail }].sort((a, b) => a.atMs - b.atMs)
}

/** From the start to the last thing that belongs to it. */
export function lengthMs(record: FailoverRecord, nowMs: number): number {
  const endMs = record.verdict === 'running' ? nowMs : (record.endedAtMs ?? nowMs)
  const lastMs = Math.max(endMs, ...withFirstWrite(record).map(({ atMs }) => atMs))
  return Math.max(1, lastMs - record.startedAtMs)
}
