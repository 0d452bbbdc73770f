/** Latency over time as bands: half of the operations below the line, 90 % below the dark band, 99 % below the pale one. */

import { compact, milliseconds } from '../../scenarios/shown/numbers.ts'
import { latencyFromText } from '../caveats.ts'
import type { Run } from '../runs.ts'
import { logScale } from './log-axis.ts'
import { backdrop, endOf } from './marks-of-time.ts'
import { readoutOf } from './readout.ts'
import { type Chart, CONFIG, type Layer, logMs, sized, TIME_PARAM, timeEncoding } from './spec.ts'

const PERCENTILES = ['p50', 'p90', 'p99'] as const
/** Log scales have no zero. Nothing here is faster than a microsecond. */
const FLOOR_MS = 0.001

export function latencyChart(runs: readonly Run[], kind: 'write' | 'read'): Chart {
  const end = endOf(runs)
  const one = runs.length === 1
  const column = kind === 'write' ? ('writeMs' as const) : ('readMs' as const)
  const scale = logScale(
    runs.flatMap(({ result }) => [...result.series[column].p50, ...result.series[column].p99].map(floored)),
  )
  const y = (field: string) => logMs(field, scale, `${kind} latency, log scale`)
  const layers = runs.flatMap((run): Layer[] => {
    const { series } = run.result
    const at = (percentile: (typeof PERCENTILES)[number], index: number) => floored(series[column][percentile][index])
    const values = series.tMs.map((fromMs, index) => ({
      atMs: fromMs + series.intervalMs / 2,
      p50: at('p50', index),
      p90: at('p90', index),
      p99: at('p99', index),
    }))
    const band = (to: string, opacity: number): Layer => ({
      mark: { type: 'area', color: run.colour, opacity, clip: true, interpolate: 'monotone' },
      encoding: { x: timeEncoding('atMs', end), y: y('p50'), y2: { field: to } },
    })
    return [
      {
        data: { values },
        layer: [
          band('p99', one ? 0.22 : 0.13),
          ...(one ? [band('p90', 0.35)] : []),
          {
            mark: {
              type: 'line',
              color: run.colour,
              strokeWidth: 1.8,
              strokeCap: 'round',
              strokeDash: [...run.dash],
              clip: true,
              interpolate: 'monotone',
            },
            encoding: { x: timeEncoding('atMs', end), y: y('p50') },
          },
          {
            mark: {
              type: 'line',
              color: run.colour,
              strokeWidth: 0.8,
              strokeCap: 'round',
              strokeDash: [...run.dash],
              clip: true,
              interpolate: 'monotone',
            },
            encoding: { x: timeEncoding('atMs', end), y: y('p99') },
          },
        ],
      },
    ]
  })
  return {
    id: `latency-${kind}`,
    title: kind === 'write' ? 'Write latency' : 'Read latency',
    text: runs
      .map(({ result, name }) => {
        const { p50, p99, max, count } = result.summary.latencyMs[kind]
        const who = one ? '' : `${name}: `
        return count === 0
          ? `${who}no ${kind}s were measured.`
          : `${who}of ${count} ${kind}s half took at most ${milliseconds(p50)}, 99 % at most ${milliseconds(p99)}, the slowest ${milliseconds(max)}.`
      })
      .join(' '),
    key: runs.flatMap((run) => {
      const shape = run.dash.length > 0 ? ('dashed' as const) : ('line' as const)
      const of = one ? '' : `, ${run.name}`
      return [
        { label: `p50${of}`, colour: run.colour, shape },
        ...(one ? [{ label: 'to p90', colour: run.colour, shape: 'area' as const }] : []),
        { label: one ? 'to p99' : `to p99${of}`, colour: run.colour, shape: 'pale' as const },
      ]
    }),
    note: `${latencyFromText(runs)}${runs.some(({ result }) => result.scenario.workload.mode === 'open') ? ', so that waiting behind a stalled operation counts' : ''}. Who got no answer has no latency here; the table below counts them.`,
    spec: { ...sized(170), params: [TIME_PARAM], layer: [...backdrop(runs), ...layers], config: CONFIG },
    readout: readoutOf(runs, ({ result }) =>
      PERCENTILES.map((percentile) => ({
        label: percentile,
        unit: 'ms',
        values: result.series[column][percentile].map(compact),
      })),
    ),
  }
}

function floored(value: number | null | undefined): number | null {
  const short = compact(value)
  return short === null ? null : Math.max(FLOOR_MS, short)
}
