/**
 * What the page knows, after one more event. Events repeat after a lost connection and may come twice; taking one again
 * changes nothing, because what has an id is replaced by its newer version.
 */
import type { SystemEvents, SystemSnapshot } from '../../services/wire.ts'
import { WINDOW_MS } from '../recorded/samples-at.ts'

export type SystemEvent = {
  readonly [K in keyof SystemEvents]: { readonly name: K; readonly data: SystemEvents[K] }
}[keyof SystemEvents]

/** The newest are kept: a page that is open for days stays as large as it was. */
const KEPT = { failovers: 100, faults: 200, stress: 50, runs: 100, refusals: 100 } as const

/** Null: nothing is known before the first snapshot; what comes earlier is a part of it anyhow. */
export function reduce(known: SystemSnapshot | null, event: SystemEvent): SystemSnapshot | null {
  if (event.name === 'snapshot') return event.data
  if (known === null) return null
  switch (event.name) {
    case 'services':
      return { ...known, services: event.data }
    case 'topology':
      return { ...known, topology: event.data }
    case 'sample': {
      const fromMs = event.data.atMs - WINDOW_MS
      const before = known.samples.filter(({ atMs }) => atMs >= fromMs && atMs < event.data.atMs)
      return { ...known, atMs: Math.max(known.atMs, event.data.atMs), samples: [...before, event.data] }
    }
    case 'failover':
      return { ...known, failovers: withRecord(known.failovers, event.data, KEPT.failovers) }
    case 'fault':
      return { ...known, faults: withRecord(known.faults, event.data, KEPT.faults) }
    case 'stress':
      return { ...known, stress: withRecord(known.stress, event.data, KEPT.stress) }
    case 'run':
      return { ...known, runs: withRecord(known.runs, event.data, KEPT.runs) }
    case 'decision':
      return event.data.kind === 'refused' ? withRefusal(known, event.data) : known
  }
}

/** In the place of an older version, or as the newest. */
function withRecord<T extends { readonly id: string | number }>(
  known: readonly T[],
  record: T,
  kept: number,
): readonly T[] {
  const place = known.findIndex(({ id }) => id === record.id)
  if (place >= 0) return known.with(place, record)
  return [...known, record].slice(-kept)
}

function withRefusal(
  known: SystemSnapshot,
  { wallMs, reason, why }: Extract<SystemEvents['decision'], { kind: 'refused' }>,
): SystemSnapshot {
  if (known.refusals.some(({ atMs }) => atMs === wallMs)) return known
  return { ...known, refusals: [...known.refusals, { atMs: wallMs, reason, why }].slice(-KEPT.refusals) }
}
