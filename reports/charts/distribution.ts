/**
 * The whole latency distribution, both axes logarithmic: for each latency, the share of operations that took longer.
 * Means hide what matters here; on this chart a one-in-a-thousand stall is a visible step.
 */
import type { Distribution } from '../../scenarios/result-series.ts'
import { compact, milliseconds } from '../../scenarios/shown/numbers.ts'
import { ink } from '../../scenarios/shown/palette.ts'
import type { Run } from '../runs.ts'
import { type LogScale, logScale } from './log-axis.ts'
import { type Chart, CONFIG, type Layer, MS_LABEL, sized, valueAxis } from './spec.ts'

const KINDS = ['write', 'read'] as const
const SMALLEST_SHARE = 1e-6
const POINTS_AT_MOST = 400
const LANDMARKS = [
  { share: 0.5, label: 'p50' },
  { share: 0.01, label: 'p99' },
]

export function distributionChart(runs: readonly Run[]): Chart {
  const one = runs.length === 1
  const colourOf = (run: Run, kind: (typeof KINDS)[number]) =>
    one ? (kind === 'write' ? 'var(--series-1)' : 'var(--series-2)') : run.colour
  const lines = runs.flatMap((run) =>
    KINDS.filter((kind) => run.result.distributions[kind].ms.length > 0).map((kind) => ({
      run,
      kind,
      colour: colourOf(run, kind),
      points: slower(run.result.distributions[kind], run.result.summary.latencyMs[kind].count),
    })),
  )
  const scale = logScale(lines.flatMap(({ points }) => points.map(({ ms }) => ms)))
  const layers: Layer[] = lines.map(({ run, kind, colour, points }) => ({
    data: { values: points },
    mark: {
      type: 'line',
      interpolate: 'linear',
      color: colour,
      strokeWidth: kind === 'write' ? 2 : 1.1,
      strokeDash: [...run.dash],
    },
    encoding: { x: msAxis(scale), y: shareAxis },
  }))
  for (const { share, label } of LANDMARKS)
    layers.push(
      {
        data: { values: [{ share }] },
        mark: { type: 'rule', color: ink('muted'), strokeDash: [1, 3] },
        encoding: { y: shareAxis },
      },
      {
        data: { values: [{ share, label }] },
        mark: {
          type: 'text',
          align: 'right',
          baseline: 'bottom',
          dx: -2,
          dy: -2,
          color: ink('muted'),
          x: { expr: 'width' },
        },
        encoding: { y: shareAxis, text: { field: 'label' } },
      },
    )
  return {
    id: 'distribution',
    title: 'Latency distribution',
    text: runs
      .flatMap((run) =>
        KINDS.filter((kind) => run.result.summary.latencyMs[kind].count > 0).map((kind) => {
          const { count, p50, p90, p99, p999, max } = run.result.summary.latencyMs[kind]
          return `${one ? '' : `${run.name}, `}${kind}s (${count}): p50 ${milliseconds(p50)}, p90 ${milliseconds(p90)}, p99 ${milliseconds(p99)}, p99.9 ${milliseconds(p999)}, slowest ${milliseconds(max)}.`
        }),
      )
      .join(' '),
    key: lines.map(({ run, kind, colour }) => ({
      label: one ? `${kind}s` : `${kind}s, ${run.name}${kind === 'read' ? ' (thin)' : ''}`,
      colour,
      shape: run.dash.length > 0 ? ('dashed' as const) : ('line' as const),
    })),
    note: 'Read it as: this share of the operations took longer than that.',
    spec: { ...sized(230), layer: layers, config: CONFIG },
    readout: null,
  }
}

const shareAxis = {
  field: 'share',
  type: 'quantitative' as const,
  scale: { type: 'log' as const, domainMax: 1, nice: false },
  axis: {
    ...valueAxis('share of operations that took longer, log scale'),
    tickCount: 40,
    labelOverlap: false,
    values: [1, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001],
    labelExpr: 'format(datum.value * 100, "~r") + " %"',
  },
}

function msAxis(scale: LogScale) {
  return {
    field: 'ms',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, domain: [...scale.domain], nice: false },
    axis: {
      title: 'latency, log scale',
      grid: true,
      tickCount: 40,
      values: [...scale.ticks],
      labelExpr: MS_LABEL,
      labelOverlap: 'greedy' as const,
      labelSeparation: 8,
    },
  }
}

/** From "this share was at most so slow" to "this share was slower"; ends at the slowest operation. */
function slower(distribution: Distribution, count: number): { ms: number; share: number }[] {
  const floor = Math.max(SMALLEST_SHARE, count > 0 ? 1 / count : SMALLEST_SHARE)
  const step = Math.max(1, Math.ceil(distribution.ms.length / POINTS_AT_MOST))
  const points: { ms: number; share: number }[] = []
  distribution.ms.forEach((ms, index) => {
    const last = index === distribution.ms.length - 1
    if (ms <= 0 || (index % step !== 0 && !last)) return
    points.push({ ms: compact(ms)!, share: compact(Math.max(floor, 1 - (distribution.fraction[index] ?? 1)))! })
  })
  if (points.length > 0) points.unshift({ ms: points[0]!.ms, share: 1 })
  return points
}
