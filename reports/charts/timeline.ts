/** The strip on top of the time charts: each fault on a lane of its own, labelled once, then who was the source when. */
import { ink } from '../../scenarios/shown/palette.ts'
import type { Run } from '../runs.ts'
import { backdrop, colourOfNode, endOf, type FaultBand, faultBands, reigns } from './marks-of-time.ts'
import { readoutOf } from './readout.ts'
import { type Chart, CONFIG, LANE_AXIS, type Layer, sized, TIME_PARAM, timeEncoding } from './spec.ts'

const LANES_AT_MOST = 10
const LANE_PX = 24

interface Segment {
  readonly node: string
  readonly fromMs: number
  readonly toMs: number
}

export function timelineChart(runs: readonly Run[]): Chart {
  const end = endOf(runs)
  const bands = together(faultBands(runs))
  const changes = reigns(runs)
  const colourOf = colourOfNode(runs)
  const faultLanes = bands.slice(0, LANES_AT_MOST).map((band, index) => ({ ...band, lane: `fault ${index + 1}` }))
  const sourceLanes = runs.map((run, index) => ({ lane: runs.length > 1 ? `source ${index + 1}` : 'source', run }))
  const lanes = [...faultLanes.map(({ lane }) => lane), ...sourceLanes.map(({ lane }) => lane)]
  const lane = {
    field: 'lane',
    type: 'nominal' as const,
    sort: null,
    scale: { domain: lanes, paddingInner: 0.25, paddingOuter: 0.1 },
    axis: { ...LANE_AXIS, labelExpr: 'indexof(datum.value, "fault") === 0 ? "fault" : datum.value' },
  }

  const layers: Layer[] = [...backdrop(runs, false)]
  for (const band of faultLanes) {
    const late = band.fromMs > end * 0.6
    layers.push(
      {
        data: { values: [band] },
        mark: { type: 'rect', color: ink('band'), opacity: 0.55, clip: true, cornerRadius: 2 },
        encoding: { x: timeEncoding('fromMs', end), x2: { field: 'toMs' }, y: lane },
      },
      {
        data: { values: [band] },
        mark: { type: 'text', align: late ? 'right' : 'left', dx: late ? -5 : 5, clip: true, limit: 320 },
        encoding: { x: timeEncoding('fromMs', end), y: lane, text: { field: 'label' } },
      },
    )
  }
  for (const { lane: name, run } of sourceLanes) {
    const segments = segmentsOf(run)
    const values = segments.map((segment) => ({
      ...segment,
      lane: name,
      colour: colourOf(segment.node),
      label: segment.toMs - segment.fromMs > end * 0.07 ? segment.node : '',
    }))
    layers.push(
      {
        data: { values },
        mark: { type: 'rect', clip: true, cornerRadius: 2, opacity: 0.3 },
        encoding: {
          x: timeEncoding('fromMs', end),
          x2: { field: 'toMs' },
          y: lane,
          fill: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      {
        data: { values },
        mark: { type: 'text', align: 'left', dx: 5, fontWeight: 600, clip: true, limit: 160 },
        encoding: { x: timeEncoding('fromMs', end), y: lane, text: { field: 'label' } },
      },
      {
        data: { values: changes.filter((reign) => reign.run === run).map(({ atMs }) => ({ atMs, lane: name })) },
        mark: { type: 'tick', orient: 'vertical', thickness: 1.5, color: ink('ink'), clip: true },
        encoding: { x: timeEncoding('atMs', end), y: lane },
      },
    )
  }

  return {
    id: 'timeline',
    title: 'What happened when',
    text: [
      ...bands.map((band) => `${band.label} from ${say(band.fromMs)} to ${say(band.toMs)}.`),
      ...changes.map(
        (reign) => `${reign.node} reigned from ${say(reign.atMs)}${runs.length > 1 ? ` (${reign.run.name})` : ''}.`,
      ),
      bands.length + changes.length === 0 ? 'No fault, and the source never changed.' : '',
    ].join(' '),
    key: [
      ...(runs.some(({ result }) => result.scenario.workload.warmupUs > 0)
        ? [{ label: 'warm-up, not measured', colour: ink('warmup'), shape: 'pale' as const }]
        : []),
      ...(bands.length > 0 ? [{ label: 'fault', colour: ink('band'), shape: 'pale' as const }] : []),
      ...(changes.length > 0
        ? runs.map((run) => ({
            label: runs.length > 1 ? `a new source reigns, ${run.name}` : 'a new source reigns',
            colour: ink('muted'),
            shape: run.dash.length > 0 ? ('dashed' as const) : ('line' as const),
          }))
        : []),
    ],
    note: [
      'Bands and rules are the same in every chart below.',
      bands.length > LANES_AT_MOST ? `${bands.length - LANES_AT_MOST} more faults are listed under Checks.` : '',
      runs.length > 1 ? `Source rows: ${runs.map((run, index) => `${index + 1} ${run.name}`).join(', ')}.` : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
    spec: {
      ...sized(Math.max(1, lanes.length) * LANE_PX),
      params: [TIME_PARAM],
      layer: layers.length > 0 ? layers : [emptyLayer(end)],
      config: CONFIG,
    },
    readout: readoutOf(runs, ({ result }) => [{ label: 'source', unit: '', values: result.series.source }]),
  }
}

/** What one step did to several servers is one lane. */
function together(bands: readonly FaultBand[]): FaultBand[] {
  const lanes = new Map<string, { readonly band: FaultBand; readonly targets: string[] }>()
  for (const band of bands) {
    const [, verb = band.label, target = '', rest = ''] = /^(\S+) (\S+)(.*)$/.exec(band.label) ?? []
    const key = JSON.stringify([band.fromMs, band.toMs, verb, rest])
    const lane = lanes.get(key)
    if (lane === undefined) lanes.set(key, { band, targets: [target] })
    else lane.targets.push(target)
  }
  return [...lanes.values()].map(({ band, targets }) => {
    if (targets.length === 1) return band
    const all = targets.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    return { ...band, label: band.label.replace(/^(\S+) \S+/, (_, verb: string) => `${verb} ${all.join(', ')}`) }
  })
}

function emptyLayer(end: number): Layer {
  return { data: { values: [] }, mark: 'rule', encoding: { x: timeEncoding('atMs', end) } }
}

/** Neighbouring intervals with one source are one segment. */
function segmentsOf(run: Run): Segment[] {
  const { tMs, source, intervalMs } = run.result.series
  const segments: Segment[] = []
  tMs.forEach((fromMs, index) => {
    const node = source[index] ?? null
    if (node === null) return
    const last = segments.at(-1)
    if (last !== undefined && last.node === node && last.toMs === fromMs)
      segments[segments.length - 1] = { ...last, toMs: fromMs + intervalMs }
    else segments.push({ node, fromMs, toMs: fromMs + intervalMs })
  })
  return segments
}

function say(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
