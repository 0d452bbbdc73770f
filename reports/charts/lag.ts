/** Replication lag per node: how long a transaction took from its commit on the source to its application there. */
import { compact, milliseconds } from '../../scenarios/shown/numbers.ts'
import { seriesColour } from '../../scenarios/shown/palette.ts'
import type { Run } from '../runs.ts'
import { caughtUp } from '../sentences.ts'
import { logScale } from './log-axis.ts'
import { backdrop, colourOfNode, endOf, nodesOf } from './marks-of-time.ts'
import { readoutOf } from './readout.ts'
import { type Chart, CONFIG, type KeyEntry, type Layer, logMs, sized, TIME_PARAM, timeEncoding } from './spec.ts'

const FLOOR_MS = 0.001
/** More servers than colours: then the slowest and the median of all are drawn, not each. */
const NODES_AT_MOST = 8
/** Then the text names so many, too. */
const SLOWEST_SAID = 3

interface Line {
  readonly label: string
  readonly colour: string
  readonly lags: readonly (number | null)[]
}

export function lagChart(runs: readonly Run[]): Chart {
  const end = endOf(runs)
  const one = runs.length === 1
  const colourOf = colourOfNode(runs)
  const nodes = nodesOf(runs)
  const scale = logScale(
    runs.flatMap(({ result }) => Object.values(result.series.lagMs).flatMap((lags) => lags.map(floored))),
  )
  const layers = runs.flatMap((run): Layer[] =>
    linesOf(run, colourOf)
      .filter(({ lags }) => lags.some((lag) => lag !== null))
      .map(({ lags, colour }) => ({
        data: {
          values: run.result.series.tMs.map((fromMs, index) => {
            return { atMs: fromMs + run.result.series.intervalMs / 2, lag: floored(lags[index]) }
          }),
        },
        mark: {
          type: 'line',
          color: colour,
          strokeWidth: 1.5,
          strokeCap: 'round',
          strokeDash: [...run.dash],
          clip: true,
        },
        encoding: {
          x: timeEncoding('atMs', end),
          y: logMs('lag', scale, 'largest lag of each interval, log scale'),
        },
      })),
  )
  const many = nodes.length > NODES_AT_MOST
  const worlds = new Set(runs.map((run) => run.dash.length > 0))
  return {
    id: 'lag',
    title: 'Replication lag',
    text: runs
      .flatMap(({ result, name }) => {
        const run = one ? '' : `${name}, `
        const following = Object.entries(result.summary.lagMs.perNode)
          .filter(([, lag]) => lag.count > 0)
          .sort(([, a], [, b]) => (many ? b.p99 - a.p99 : 0))
          .slice(0, many ? SLOWEST_SAID : undefined)
          .map(
            ([node, lag]) =>
              `${run}${node}: 99 % of ${lag.count} transactions within ${milliseconds(lag.p99)}, the slowest ${milliseconds(lag.max)}.`,
          )
        return [...following, ...caughtUp(result.summary.lagMs).map((text) => `${run}${text}.`)]
      })
      .join(' '),
    key: [
      ...keyOf(runs, nodes, colourOf),
      ...(worlds.size > 1
        ? [{ label: 'simulated runs are dashed', colour: 'var(--muted)', shape: 'dashed' as const }]
        : []),
    ],
    note: 'Each transaction counts at its commit. What a node missed while it was down or cut off shows there, with the time until it was applied at last. A source has no lag.',
    spec: {
      ...sized(170),
      params: [TIME_PARAM],
      layer: [...backdrop(runs), ...(layers.length > 0 ? layers : [noData(end)])],
      config: CONFIG,
    },
    readout: readoutOf(runs, (run) =>
      linesOf(run, colourOf).map(({ label, lags }) => ({ label, unit: 'ms', values: lags.map(compact) })),
    ),
  }
}

function linesOf({ result }: Run, colourOf: (node: string) => string): Line[] {
  const columns = Object.entries(result.series.lagMs)
  if (columns.length <= NODES_AT_MOST)
    return columns.map(([node, lags]) => ({ label: node, colour: colourOf(node), lags }))
  const rows = result.series.tMs.map((_, row) =>
    columns
      .map(([, lags]) => lags[row] ?? null)
      .filter((lag) => lag !== null)
      .sort((a, b) => a - b),
  )
  return [
    { label: 'the slowest server', colour: seriesColour(4), lags: rows.map((lags) => lags.at(-1) ?? null) },
    { label: 'the median one', colour: seriesColour(0), lags: rows.map((lags) => lags[lags.length >> 1] ?? null) },
  ]
}

function keyOf(runs: readonly Run[], nodes: readonly string[], colourOf: (node: string) => string): KeyEntry[] {
  const labels = new Map(runs.flatMap((run) => linesOf(run, colourOf)).map(({ label, colour }) => [label, colour]))
  const place = (label: string) => nodes.indexOf(label)
  return [...labels]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([label, colour]) => ({ label, colour, shape: 'line' as const }))
}

function noData(end: number): Layer {
  return { data: { values: [] }, mark: 'rule', encoding: { x: timeEncoding('atMs', end) } }
}

function floored(value: number | null | undefined): number | null {
  const short = compact(value)
  return short === null ? null : Math.max(FLOOR_MS, short)
}
