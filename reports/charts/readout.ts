/** The values under the pointer. Runs may differ in length and interval; their columns are brought to one set of times. */
import type { Run } from '../runs.ts'
import type { Readout } from './spec.ts'

type Line = Readout['lines'][number]

export function readoutOf(runs: readonly Run[], linesOf: (run: Run) => readonly Line[]): Readout {
  const intervalMs = Math.min(...runs.map(({ result }) => result.series.intervalMs))
  const endMs = Math.max(
    0,
    ...runs.map(({ result: { series } }) => (series.tMs.length === 0 ? 0 : series.tMs.at(-1)! + series.intervalMs)),
  )
  const timesMs = Array.from({ length: Math.round(endMs / intervalMs) }, (_, index) => index * intervalMs)
  const lines = runs.flatMap((run) => {
    const { series } = run.result
    const rows = timesMs.map((ms) => Math.floor(ms / series.intervalMs))
    return linesOf(run).map((line) => ({
      ...line,
      label: runs.length > 1 ? `${line.label}, ${run.name}` : line.label,
      values: rows.map((row) => line.values[row] ?? null),
    }))
  })
  return { timesMs, intervalMs, lines }
}
