/** Every trial is a dot: with a handful of trials the dots say more than any summary of them. */
import type { Result } from '../../scenarios/result.ts'
import type { MedianInterval } from '../../scenarios/result-durations.ts'
import { milliseconds } from '../../scenarios/shown/numbers.ts'
import { ink } from '../../scenarios/shown/palette.ts'
import { levelText } from '../intervals.ts'
import type { Run } from '../runs.ts'
import { type Chart, CONFIG, type Layer, LEFT_MARGIN_PX, sized } from './spec.ts'

export function trialsChart(runs: readonly Run[]): Chart | null {
  const withTrials = runs.filter(({ result }) => result.summary.failoverMs.p50 !== null)
  if (withTrials.every(({ result }) => result.trials.length < 2)) return null
  const names = withTrials.map(({ name }) => name)
  const dots = withTrials.flatMap((run) =>
    run.result.trials.flatMap((trial) =>
      trial.failoverMs.flatMap((ms) =>
        ms === null ? [] : [{ run: run.name, ms, colour: run.colour, seed: trial.seed }],
      ),
    ),
  )
  const open = withTrials
    .flatMap(({ result }) => result.trials.flatMap(({ failoverMs }) => failoverMs))
    .filter((ms) => ms === null).length
  const spreads = withTrials.map(({ name, result }) => ({
    run: name,
    p50: result.summary.failoverMs.p50,
    low: drawn(result)?.low ?? result.summary.failoverMs.p50,
    high: drawn(result)?.high ?? result.summary.failoverMs.p50,
  }))
  const levels = [...new Set(withTrials.flatMap(({ result }) => drawn(result)?.level ?? []))].map(levelText).join(', ')
  const y = {
    field: 'run',
    type: 'nominal' as const,
    sort: null,
    scale: { domain: names },
    axis: { title: null, labels: names.length > 1, minExtent: LEFT_MARGIN_PX, labelLimit: 120 },
  }
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { zero: true },
    axis: { title: 'failover time, ms', grid: true, tickCount: { expr: 'max(3, width / 90)' }, labelOverlap: true },
  })
  const layer: Layer[] = [
    {
      data: { values: spreads },
      mark: { type: 'bar', height: 26, opacity: 0.18, color: ink('muted') },
      encoding: { x: x('low'), x2: { field: 'high' }, y },
    },
    {
      data: { values: dots },
      mark: { type: 'point', filled: true, opacity: 0.65, size: 45 },
      encoding: { x: x('ms'), y, color: { field: 'colour', type: 'nominal', scale: null } },
    },
    {
      data: { values: spreads },
      mark: { type: 'tick', thickness: 2, size: 30, orient: 'vertical', color: ink('ink') },
      encoding: { x: x('p50'), y },
    },
  ]
  return {
    id: 'trials',
    title: 'Failover time of every trial',
    text: withTrials
      .map(({ name, result }) => {
        const { trials, min, p50, max } = result.summary.failoverMs
        return `${name}: n = ${trials}, from ${milliseconds(min)} to ${milliseconds(max)}, median ${milliseconds(p50)}.`
      })
      .join(' '),
    key: [
      ...withTrials.map((run) => ({ label: `a trial, ${run.name}`, colour: run.colour, shape: 'area' as const })),
      { label: 'median', colour: ink('ink'), shape: 'line' },
      ...(levels === ''
        ? []
        : [{ label: `${levels} interval of the median`, colour: ink('muted'), shape: 'pale' as const }]),
    ],
    ...(open > 0 ? { note: `${open} failovers never ended and have no dot.` } : {}),
    spec: { ...sized(46 * names.length), layer, config: CONFIG },
    readout: null,
  }
}

/** The range needs no bar: the dots show it. Nor has an interval one that never ended. */
function drawn({ summary: { failoverMs } }: Result): MedianInterval | null {
  const { interval } = failoverMs
  return interval?.kind === 'interval' && interval.high !== null ? interval : null
}
