/**
 * One failover, step by step: a bar per phase, from the fault to the first acknowledged write of the new reign.
 * Where the trace says when a phase began, its bar begins there; otherwise after the bar before it. Beneath them what
 * the clients saw of it, which may begin and end at other times.
 */
import type { Failover, FailoverPhases } from '../../scenarios/result-durations.ts'
import { compact, milliseconds } from '../../scenarios/shown/numbers.ts'
import { ink } from '../../scenarios/shown/palette.ts'
import { isPlanned } from '../planned.ts'
import type { Run } from '../runs.ts'
import { type Chart, CONFIG, type Layer } from './spec.ts'

export const PHASES: readonly {
  readonly key: keyof FailoverPhases
  readonly label: string
  readonly meaning: string
}[] = [
  { key: 'detect', label: 'detect', meaning: 'the fault is noticed' },
  { key: 'refused', label: 'refused', meaning: 'noticed, but no take-over is allowed' },
  { key: 'decide', label: 'decide', meaning: 'replicas are stopped and read, a new source is chosen' },
  { key: 'catchUp', label: 'catch up', meaning: 'the new source applies what it lacks' },
  { key: 'promote', label: 'promote', meaning: 'it becomes writable and writes its epoch' },
  { key: 'reroute', label: 're-route', meaning: 'the other replicas follow it' },
  { key: 'firstAck', label: 'first write', meaning: 'until the first new write is acknowledged' },
]

interface PhaseBar {
  readonly label: string
  readonly run: string
  readonly colour: string
  readonly fromMs: number
  readonly toMs: number
  readonly text: string
}

const LABEL_PX = 84
/** Where a phase means something else when nothing has failed. */
const PLANNED: Readonly<Record<string, string>> = {
  detect: 'the successor catches up, new operations are held back, those under way end',
  decide: 'the old source is fenced, replicas are stopped and read',
}
/** What the clients saw of it. */
const OUTAGE = {
  key: null,
  label: 'client outage',
  meaning: 'from the first operation that did not succeed to the first of a second in which all did',
}
const ROW_PX = 26

/** The failovers that came `ordinal`-th in each run, over one another. */
export function waterfallChart(
  failovers: readonly { readonly run: Run; readonly failover: Failover }[],
  ordinal: number,
): Chart {
  const several = failovers.length > 1
  const allPlanned = failovers.every(({ run, failover }) => isPlanned(run.result, failover))
  const bars = failovers.flatMap(({ run, failover }) => barsOf(run, failover, several))
  const end = Math.max(1, ...bars.map(({ toMs }) => toMs), ...failovers.map(({ failover }) => failover.durationMs ?? 0))
  const outage = bars.some(({ label }) => label === OUTAGE.label) ? [OUTAGE] : []
  const begin = Math.min(0, ...bars.map(({ fromMs }) => fromMs))
  const phases = PHASES.filter(({ key, label }) => key !== 'refused' || bars.some((bar) => bar.label === label))
  const labels = [...phases.map(({ label }) => label), 'total', ...outage.map(({ label }) => label)]
  const y = {
    field: 'label',
    type: 'nominal' as const,
    sort: null,
    scale: { domain: labels, paddingInner: 0.3, paddingOuter: 0.15 },
    axis: {
      title: null,
      grid: true,
      gridColor: ink('grid'),
      minExtent: LABEL_PX,
      maxExtent: LABEL_PX,
      labelFontSize: 12,
      labelLimit: LABEL_PX,
    },
  }
  const offset = several
    ? {
        yOffset: {
          field: 'run',
          type: 'nominal' as const,
          sort: null,
          scale: { domain: failovers.map(({ run }) => run.name) },
        },
      }
    : {}
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [begin, end + (end - begin) * 0.18], nice: false },
    axis: {
      title: allPlanned ? 'time since the move was asked for, ms' : 'time since the fault, ms',
      tickCount: { expr: 'max(3, width / 90)' },
      grid: true,
      labelOverlap: true,
    },
  })
  const layers: Layer[] = [
    {
      mark: { type: 'bar', cornerRadius: 2, stroke: null },
      encoding: {
        x: x('fromMs'),
        x2: { field: 'toMs' },
        y,
        ...offset,
        fill: { field: 'colour', type: 'nominal', scale: null },
      },
    },
    {
      // A phase of a millisecond still shows, as a hairline.
      mark: { type: 'tick', thickness: 2, orient: 'vertical' },
      encoding: { x: x('fromMs'), y, ...offset, color: { field: 'colour', type: 'nominal', scale: null } },
    },
    {
      mark: { type: 'text', align: 'left', dx: 5, fontSize: several ? 10 : 12 },
      encoding: { x: x('toMs'), y, ...offset, text: { field: 'text' } },
    },
  ]
  return {
    id: `waterfall-${ordinal}`,
    title:
      ordinal === 1 && failovers.every(({ run }) => run.result.summary.failovers.length === 1)
        ? `The ${allPlanned ? 'move' : 'failover'}, phase by phase`
        : `${allPlanned ? 'Move' : 'Failover'} ${ordinal}, phase by phase`,
    text: failovers
      .map(({ run, failover }) => {
        const phases = PHASES.filter(({ key }) => typeof failover.phases[key] === 'number')
          .map(({ key, label }) => `${label} ${milliseconds(failover.phases[key])}`)
          .join(', ')
        const total = failover.durationMs === null ? 'never finished' : milliseconds(failover.durationMs)
        return `${several ? `${run.name}: ` : ''}${phases || 'no phase was recorded'}; in all ${total}${outageText(failover)}.`
      })
      .join(' '),
    key: several ? failovers.map(({ run }) => ({ label: run.name, colour: run.colour, shape: 'area' as const })) : [],
    note: `${[...phases, ...outage].map(({ key, label, meaning }) => `${label}: ${allPlanned ? (PLANNED[key ?? ''] ?? meaning) : meaning}`).join('; ')}.`,
    spec: {
      width: 720,
      height: labels.length * ROW_PX * (several ? 1.3 : 1),
      autosize: { type: 'fit-x', contains: 'padding' },
      data: { values: bars.map((bar) => ({ ...bar })) },
      layer: layers,
      config: CONFIG,
    },
    readout: null,
  }
}

export function barsOf(run: Run, failover: Failover, several: boolean): PhaseBar[] {
  const bars: PhaseBar[] = []
  let afterMs = 0
  for (const { key, label } of PHASES) {
    const lengthMs = failover.phases[key]
    if (typeof lengthMs !== 'number') continue
    const fromMs =
      key === 'firstAck' && failover.durationMs !== null ? Math.max(0, failover.durationMs - lengthMs) : afterMs
    bars.push({
      label,
      run: run.name,
      colour: run.colour,
      fromMs: compact(fromMs)!,
      toMs: compact(fromMs + lengthMs)!,
      text: milliseconds(lengthMs),
    })
    afterMs = fromMs + lengthMs
  }
  if (failover.durationMs !== null)
    bars.push({
      label: 'total',
      run: run.name,
      colour: several ? run.colour : ink('muted'),
      fromMs: 0,
      toMs: compact(failover.durationMs)!,
      text: milliseconds(failover.durationMs),
    })
  const { clientOutageStartMs, clientOutageMs } = failover
  if (typeof clientOutageStartMs === 'number') {
    // Before the fault was seen to hold, where operations failed while it took hold.
    const fromMs = clientOutageStartMs - failover.startMs
    // One that was not seen to end is as long as what is drawn.
    const toMs = clientOutageMs === null ? Math.max(fromMs, ...bars.map((bar) => bar.toMs)) : fromMs + clientOutageMs
    bars.push({
      label: OUTAGE.label,
      run: run.name,
      colour: several ? run.colour : ink('band'),
      fromMs: compact(fromMs)!,
      toMs: compact(toMs)!,
      text: clientOutageMs === null ? 'not seen to end' : milliseconds(clientOutageMs),
    })
  }
  return bars
}

function outageText({ clientOutageStartMs, clientOutageMs, startMs }: Failover): string {
  if (typeof clientOutageStartMs !== 'number') return ''
  const lateMs = clientOutageStartMs - startMs
  const from = `client outage from ${milliseconds(Math.abs(lateMs))} ${lateMs < 0 ? 'before the fault was seen to hold' : 'after the fault'}`
  return clientOutageMs === null ? `; ${from}, not seen to end` : `; ${from}, for ${milliseconds(clientOutageMs)}`
}
