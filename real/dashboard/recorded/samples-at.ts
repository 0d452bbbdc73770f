/** Intervals of a result as the samples that a live system sends once a second. */
import type { Series } from '../../../scenarios/result-series.ts'
import type { Sample } from '../../services/wire.ts'
import { troublesAt } from './faults-at.ts'
import type { RecordedRun } from './recorded-run.ts'

/** As much as the live charts show. */
export const WINDOW_MS = 5 * 60_000

/**
 * Of intervals that are over. What a server lagged is known of each transaction once it has applied it, so a result knows
 * lags of servers that were down; nobody knew them then, and they are left out.
 */
export function samplesAt({ series, faults }: Pick<RecordedRun, 'series' | 'faults'>, atMs: number): Sample[] {
  if (series === null) return []
  const { intervalMs, tMs } = series
  const perSecond = 1000 / intervalMs
  const samples: Sample[] = []
  for (let row = 0; row < tMs.length; row++) {
    const endMs = tMs[row]! + intervalMs
    if (endMs > atMs) break
    if (endMs < atMs - WINDOW_MS) continue
    const { writeMs, readMs } = series
    samples.push({
      atMs: endMs,
      // A result counts answers, whatever was asked; the live system tells writes and reads apart.
      writesPerSec: series.ok[row]! * perSecond,
      readsPerSec: 0,
      failedPerSec: (series.failed[row]! + series.unknown[row]!) * perSecond,
      latencyP50Ms: writeMs.p50[row] ?? readMs.p50[row] ?? 0,
      latencyP95Ms: writeMs.p90[row] ?? readMs.p90[row] ?? 0,
      latencyP99Ms: writeMs.p99[row] ?? readMs.p99[row] ?? 0,
      lagMs: withoutDown(lagAt(series, row), faults, tMs[row]!),
    })
  }
  return samples
}

export function lagAt(series: Series, row: number): Record<string, number | null> {
  return Object.fromEntries(Object.entries(series.lagMs).map(([node, column]) => [node, column[row] ?? null]))
}

function withoutDown(lagMs: Record<string, number | null>, faults: RecordedRun['faults'], atMs: number) {
  if (faults.length === 0) return lagMs
  const troubles = troublesAt(faults, atMs)
  for (const node of Object.keys(lagMs)) if (troubles.get(node)?.state === 'down') lagMs[node] = null
  return lagMs
}

/** The last interval that is over; null: none is. */
export function lastRowAt(series: Series | null, atMs: number): number | null {
  if (series === null) return null
  const row = Math.floor(atMs / series.intervalMs) - 1
  return row < 0 ? null : Math.min(row, series.tMs.length - 1)
}
