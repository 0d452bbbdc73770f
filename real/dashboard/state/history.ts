/** Everything that happened, newest first: failovers, refusals and faults in one list. */
import { milliseconds } from '../../../scenarios/shown/numbers.ts'
import type { FailoverRecord, FaultRecord, SystemSnapshot } from '../../services/wire.ts'
import { clientsText } from './answer.ts'

interface Happening {
  readonly key: string
  readonly atMs: number
  readonly endMs: number | null
  readonly kind: 'failover' | 'planned' | 'start' | 'refused' | 'fault'
  readonly title: string
  readonly detail: string
  readonly isOpen: boolean
}

export function happenings(known: SystemSnapshot): Happening[] {
  const refused = known.refusals.filter(
    ({ atMs }) => !known.failovers.some((record) => record.verdict === 'refused' && within(record, atMs)),
  )
  const all: Happening[] = [
    ...known.failovers.map(ofFailover),
    ...known.faults.map(ofFault),
    ...refused.map(
      ({ atMs, reason }): Happening => ({
        key: `refusal-${atMs}`,
        atMs,
        endMs: atMs,
        kind: 'refused',
        title: 'Failover refused',
        detail: reason,
        isOpen: false,
      }),
    ),
  ]
  return all.sort((a, b) => b.atMs - a.atMs || a.key.localeCompare(b.key, 'en'))
}

function within({ startedAtMs, endedAtMs }: FailoverRecord, atMs: number): boolean {
  return atMs >= startedAtMs && (endedAtMs === null || atMs <= endedAtMs)
}

function ofFailover(record: FailoverRecord): Happening {
  const { id, kind, startedAtMs, endedAtMs, verdict, from, to, epoch } = record
  return {
    key: id,
    atMs: startedAtMs,
    endMs: endedAtMs,
    kind: verdict === 'refused' ? 'refused' : kind,
    title: titleOf(record),
    detail:
      verdict === 'refused' || verdict === 'failed'
        ? record.reason
        : kind === 'start'
          ? `epoch ${epoch} begins with ${to ?? 'nobody'}`
          : `epoch ${epoch}; ${clientsText(record)}${from !== null && record.oldSource !== '' ? `; ${from} ${record.oldSource}` : ''}`,
    isOpen: verdict === 'running',
  }
}

export function titleOf({ kind, verdict, from, to }: FailoverRecord): string {
  const what = { failover: 'Failover', planned: 'Planned move', start: 'Start' }[kind]
  if (verdict === 'refused') return `${what} refused`
  if (kind === 'start') return `${what}: ${to ?? 'choosing'}`
  return `${what} ${from ?? 'nobody'} \u2192 ${to ?? 'choosing'}${verdict === 'failed' ? ' failed' : ''}`
}

function ofFault({ id, verb, target, amounts, startedAtMs, healedAtMs, witness }: FaultRecord): Happening {
  const lasted = healedAtMs === null ? 'still on' : `healed after ${milliseconds(healedAtMs - startedAtMs)}`
  return {
    key: id,
    atMs: startedAtMs,
    endMs: healedAtMs,
    kind: 'fault',
    title: amounts === '' || amounts.includes(target) ? `${verb} ${amounts || target}` : `${verb} ${target} ${amounts}`,
    detail: `${lasted}; witness: ${witness.during}`,
    isOpen: healedAtMs === null,
  }
}
