/** What was asked of the cluster and what it answered, in operations a second. */
import { compact, digits } from '../../scenarios/shown/numbers.ts'
import { ink } from '../../scenarios/shown/palette.ts'
import type { Run } from '../runs.ts'
import { backdrop, endOf } from './marks-of-time.ts'
import { readoutOf } from './readout.ts'
import { type Chart, CONFIG, type Layer, sized, TIME_PARAM, timeEncoding, valueAxis } from './spec.ts'

const OUTCOMES = ['ok', 'unknown', 'failed'] as const
/** What an outage held back is answered in one burst: framed whole, it would press everything else flat. */
const FRAME = 2.2

type Rate = ReturnType<typeof rateAxis>

export function throughputChart(runs: readonly Run[]): Chart {
  const end = endOf(runs)
  const one = runs.length === 1
  const frame = frameOf(runs)
  const y = rateAxis(frame)
  return {
    id: 'throughput',
    title: 'Throughput',
    text: runs
      .map(({ result, name }) => {
        const { ok, failed, unknown, unsent } = result.summary.operations
        const who = one ? '' : `${name}: `
        return `${who}${ok} operations were answered ok, ${failed} failed, ${unknown} have an unknown outcome, ${unsent} were never sent.`
      })
      .join(' '),
    key: one
      ? [
          { label: 'offered', colour: ink('offered'), shape: 'line' },
          { label: 'ok', colour: ink('ok'), shape: 'area' },
          { label: 'unknown', colour: ink('unknown'), shape: 'area' },
          { label: 'failed', colour: ink('failed'), shape: 'area' },
        ]
      : runs.flatMap((run) => [
          {
            label: `ok, ${run.name}`,
            colour: run.colour,
            shape: run.dash.length > 0 ? ('dashed' as const) : ('line' as const),
          },
          { label: `failed or unknown, ${run.name}`, colour: run.colour, shape: 'pale' as const },
        ]),
    note: 'Offered counts by intended start, answers when they came: nothing during an outage, a burst after it (\u2191: higher than the frame). An unknown operation may have been done.',
    spec: {
      ...sized(170),
      params: [TIME_PARAM],
      layer: [
        ...backdrop(runs),
        ...(one ? stacked(runs[0]!, end, y) : overlaid(runs, end, y)),
        ...bursts(runs, end, frame, y),
      ],
      config: CONFIG,
    },
    readout: readoutOf(runs, (run) =>
      (['offered', ...OUTCOMES] as const).map((column) => ({
        label: column,
        unit: '/s',
        values: ratesOf(run, column),
      })),
    ),
  }
}

function rateAxis(frame: number) {
  return (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, frame], nice: false },
    axis: valueAxis('operations a second'),
  })
}

/** All answers of each interval. */
function answersOf(run: Run): number[] {
  const columns = OUTCOMES.map((outcome) => ratesOf(run, outcome))
  return run.result.series.tMs.map((_, index) => columns.reduce((sum, column) => sum + (column[index] ?? 0), 0))
}

/** The largest rate that is drawn to scale. */
function frameOf(runs: readonly Run[]): number {
  const offered = Math.max(1, ...runs.flatMap((run) => ratesOf(run, 'offered').map((rate) => rate ?? 0)))
  return Math.min(Math.max(offered, ...runs.flatMap(answersOf)), offered * FRAME) * 1.06
}

interface Burst {
  readonly atMs: number
  readonly frame: number
  readonly rate: number
}

/** Bursts closer than this share one label, that of the highest. */
const APART_MS = 1500

/** What does not fit into the frame says how high it is. */
function bursts(runs: readonly Run[], end: number, frame: number, y: Rate): Layer[] {
  return runs.flatMap((run, row): Layer[] => {
    const { tMs, intervalMs } = run.result.series
    const found: Burst[] = []
    answersOf(run).forEach((rate, index) => {
      if (rate <= frame) return
      const burst = { atMs: tMs[index]! + intervalMs, frame, rate }
      const last = found.at(-1)
      if (last === undefined || burst.atMs - last.atMs > APART_MS) found.push(burst)
      else found[found.length - 1] = { ...burst, rate: Math.max(last.rate, rate) }
    })
    const name = runs.length > 1 ? `${run.name} ` : ''
    const values = found.map(({ rate, ...burst }) => ({ ...burst, label: `${name}\u2191 ${digits(rate)}/s` }))
    // A label near the end stands before its burst.
    return (['left', 'right'] as const).flatMap((align): Layer[] => {
      const side = values.filter(({ atMs }) => atMs > end * 0.8 === (align === 'right'))
      if (side.length === 0) return []
      const mark = {
        type: 'text',
        align,
        baseline: 'top',
        dx: align === 'left' ? 4 : -12,
        dy: 2 + row * 14,
        clip: true,
      } as const
      return [
        {
          data: { values: side },
          mark,
          encoding: { x: timeEncoding('atMs', end), y: y('frame'), text: { field: 'label' } },
        },
      ]
    })
  })
}

/** Nothing is offered after the workload's end, when the last answers come: no zero is drawn there. */
function ratesOf(run: Run, column: 'offered' | (typeof OUTCOMES)[number]): (number | null)[] {
  const { series, scenario } = run.result
  const endMs = scenario.workload.durationUs / 1000
  return series[column].map((amount, index) =>
    column === 'offered' && series.tMs[index]! >= endMs ? null : compact((amount * 1000) / series.intervalMs),
  )
}

/** One run: outcomes on top of one another, so that the outline is what was answered at all. */
function stacked(run: Run, end: number, y: Rate): Layer[] {
  const { tMs, intervalMs } = run.result.series
  const offered = ratesOf(run, 'offered')
  const columns = OUTCOMES.map((outcome) => ratesOf(run, outcome))
  const values = tMs.map((atMs, index) => {
    const ok = columns[0]![index] ?? 0
    const unknown = columns[1]![index] ?? 0
    const failed = columns[2]![index] ?? 0
    return { atMs, offered: offered[index], ok, unknown: ok + unknown, failed: ok + unknown + failed }
  })
  const last = values.at(-1)
  if (last !== undefined) values.push({ ...last, atMs: last.atMs + intervalMs })
  const area = (from: string | null, to: string, colour: string, opacity = 1): Layer => ({
    mark: { type: 'area', interpolate: 'step-after', color: colour, opacity, clip: true },
    encoding: { x: timeEncoding('atMs', end), y: y(to), y2: from === null ? { datum: 0 } : { field: from } },
  })
  return [
    {
      data: { values },
      layer: [
        area(null, 'ok', ink('ok'), 0.55),
        area('ok', 'unknown', ink('unknown')),
        area('unknown', 'failed', ink('failed')),
        {
          mark: {
            type: 'line',
            interpolate: 'step-after',
            color: ink('offered'),
            strokeWidth: 1,
            opacity: 0.75,
            clip: true,
          },
          encoding: { x: timeEncoding('atMs', end), y: y('offered') },
        },
      ],
    },
  ]
}

/** Several runs: a line each for what went well, a pale area for what did not. */
function overlaid(runs: readonly Run[], end: number, y: Rate): Layer[] {
  return runs.flatMap((run): Layer[] => {
    const ok = ratesOf(run, 'ok')
    const failed = ratesOf(run, 'failed')
    const unknown = ratesOf(run, 'unknown')
    const values = run.result.series.tMs.map((atMs, index) => ({
      atMs,
      ok: ok[index],
      bad: (failed[index] ?? 0) + (unknown[index] ?? 0),
    }))
    return [
      {
        data: { values },
        layer: [
          {
            mark: { type: 'area', interpolate: 'step-after', color: run.colour, opacity: 0.3, clip: true },
            encoding: { x: timeEncoding('atMs', end), y: y('bad'), y2: { datum: 0 } },
          },
          {
            mark: {
              type: 'line',
              interpolate: 'step-after',
              color: run.colour,
              strokeWidth: 1.6,
              strokeDash: [...run.dash],
              clip: true,
            },
            encoding: { x: timeEncoding('atMs', end), y: y('ok') },
          },
        ],
      },
    ]
  })
}
