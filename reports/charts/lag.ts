/** Replication lag per node: how long a transaction took from its commit on the source to its application there. */
import { compact, milliseconds } from '../numbers.ts'
import type { Run } from '../runs.ts'
import { caughtUp } from '../sentences.ts'
import { logScale } from './log-axis.ts'
import { backdrop, colourOfNode, endOf, nodesOf } from './marks-of-time.ts'
import { readoutOf } from './readout.ts'
import { type Chart, CONFIG, type Layer, logMs, sized, TIME_PARAM, timeEncoding } from './spec.ts'

const FLOOR_MS = 0.001

export function lagChart(runs: readonly Run[]): Chart {
  const end = endOf(runs)
  const one = runs.length === 1
  const colourOf = colourOfNode(runs)
  const nodes = nodesOf(runs)
  const scale = logScale(
    runs.flatMap(({ result }) => Object.values(result.series.lagMs).flatMap((lags) => lags.map(floored))),
  )
  const layers = runs.flatMap((run): Layer[] =>
    Object.entries(run.result.series.lagMs)
      .filter(([, lags]) => lags.some((lag) => lag !== null))
      .map(([node, lags]) => ({
        data: {
          values: run.result.series.tMs.map((fromMs, index) => {
            return { atMs: fromMs + run.result.series.intervalMs / 2, lag: floored(lags[index]) }
          }),
        },
        mark: {
          type: 'line',
          color: colourOf(node),
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
  const worlds = new Set(runs.map((run) => run.dash.length > 0))
  return {
    id: 'lag',
    title: 'Replication lag',
    text: runs
      .flatMap(({ result, name }) => {
        const run = one ? '' : `${name}, `
        const following = Object.entries(result.summary.lagMs.perNode)
          .filter(([, lag]) => lag.count > 0)
          .map(
            ([node, lag]) =>
              `${run}${node}: 99 % of ${lag.count} transactions within ${milliseconds(lag.p99)}, the slowest ${milliseconds(lag.max)}.`,
          )
        return [...following, ...caughtUp(result.summary.lagMs).map((text) => `${run}${text}.`)]
      })
      .join(' '),
    key: [
      ...nodes
        .filter((node) => runs.some((run) => node in run.result.series.lagMs))
        .map((node) => ({ label: node, colour: colourOf(node), shape: 'line' as const })),
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
    readout: readoutOf(runs, ({ result }) =>
      Object.entries(result.series.lagMs).map(([node, lags]) => ({
        label: node,
        unit: 'ms',
        values: lags.map(compact),
      })),
    ),
  }
}

function noData(end: number): Layer {
  return { data: { values: [] }, mark: 'rule', encoding: { x: timeEncoding('atMs', end) } }
}

function floored(value: number | null | undefined): number | null {
  const short = compact(value)
  return short === null ? null : Math.max(FLOOR_MS, short)
}
