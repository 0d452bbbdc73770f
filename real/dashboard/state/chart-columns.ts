/** Samples as the columns that a chart draws, and what is marked behind them. Seconds, as uPlot's time axis wants them. */
import type { Sample, SystemSnapshot } from '../../services/wire.ts'

export type Columns = readonly [readonly number[], ...(readonly (number | null)[])[]]

type ChartKind = 'throughput' | 'latency' | 'lag'

/** `nodes`: ids, in the order of the columns of lag. */
export function columnsOf(kind: ChartKind, samples: readonly Sample[], nodes: readonly string[]): Columns {
  const seconds = samples.map(({ atMs }) => atMs / 1000)
  switch (kind) {
    case 'throughput':
      return [
        seconds,
        samples.map(({ writesPerSec, readsPerSec }) => writesPerSec + readsPerSec),
        samples.map(({ failedPerSec }) => (failedPerSec > 0 ? failedPerSec : null)),
      ]
    case 'latency':
      return [
        seconds,
        samples.map(({ latencyP50Ms }) => latencyP50Ms || null),
        samples.map(({ latencyP95Ms }) => latencyP95Ms || null),
        samples.map(({ latencyP99Ms }) => latencyP99Ms || null),
      ]
    case 'lag':
      return [seconds, ...nodes.map((node) => samples.map(({ lagMs }) => lagMs[node] ?? null))]
  }
}

export interface Marks {
  readonly bands: readonly { readonly fromS: number; readonly toS: number; readonly label: string }[]
  /** Where a reign began. */
  readonly rules: readonly { readonly atS: number; readonly node: string }[]
}

export function marksOf(known: SystemSnapshot): Marks {
  return {
    bands: known.faults.map(({ startedAtMs, healedAtMs, verb, target }) => ({
      fromS: startedAtMs / 1000,
      toS: (healedAtMs ?? known.atMs) / 1000,
      label: `${verb} ${target}`,
    })),
    rules: known.failovers.flatMap(({ kind, verdict, endedAtMs, to }) =>
      kind !== 'start' && verdict === 'done' && endedAtMs !== null && to !== null
        ? [{ atS: endedAtMs / 1000, node: to }]
        : [],
    ),
  }
}
