/**
 * Whom an acknowledgement waited for: a row for each server, dark where it weighs much. Neighbouring ranks differ by a
 * constant factor, so the shade follows the logarithm of the weight: one step of rank is one step of shade.
 */
import { percent } from '../../scenarios/shown/numbers.ts'
import type { Run } from '../runs.ts'
import { endOf, moments } from './marks-of-time.ts'
import { readoutOf } from './readout.ts'
import { type Chart, CONFIG, LANE_AXIS, type Layer, sized, TIME_PARAM, timeEncoding } from './spec.ts'

const COLOUR = 'var(--series-1)'
const PALEST = 0.06
/** So many cells at most: fifty servers whose ranks change all the time would make a page of megabytes. */
const CELLS_AT_MOST = 4000
const ROW_PX = 18
const TALLEST_PX = 320
const READ_OUT_AT_MOST = 8

interface Cell {
  readonly fromMs: number
  readonly toMs: number
  readonly node: string
  readonly share: number
}

/** Null where every replica counted as much as any other. `runs`: all of the report, for the axis of time. */
export function quorumChart(run: Run, runs: readonly Run[]): Chart | null {
  const { quorum, tMs } = run.result.series
  if (quorum === undefined || tMs.length === 0) return null
  const end = endOf(runs)
  const nodes = Object.keys(quorum.share)
  const cells = cellsOf(run, quorum.share)
  const shares = cells.map(({ share }) => share).filter((share) => share > 0)
  const [most, least] = [shares.reduce((a, b) => Math.max(a, b), 0), shares.reduce((a, b) => Math.min(a, b), 1)]
  const height = Math.min(nodes.length * ROW_PX, TALLEST_PX)
  const { kind } = quorum
  const isWeights = kind === 'weights'
  const name = runs.length > 1 ? `, ${run.name}` : ''
  const y = {
    field: 'node',
    type: 'nominal' as const,
    sort: null,
    scale: { domain: nodes, paddingInner: height / nodes.length > 12 ? 0.12 : 0 },
    axis: { ...LANE_AXIS, values: labelled(nodes, height) },
  }
  const layer: Layer[] = [
    {
      data: { values: cells.map(({ share, ...cell }) => ({ ...cell, opacity: shadeOf(share, least, most) })) },
      mark: { type: 'rect', color: COLOUR, clip: true },
      encoding: {
        x: timeEncoding('fromMs', end),
        x2: { field: 'toMs' },
        y,
        opacity: { field: 'opacity', type: 'quantitative', scale: null },
      },
    },
    ...moments(runs),
  ]
  return {
    id: run === runs[0] ? 'quorum' : `quorum-${runs.indexOf(run) + 1}`,
    title: isWeights ? `What each server weighs${name}` : `Whom a write waits for${name}`,
    text: isWeights
      ? `From ${percent(least)} to ${percent(most)} of all weight; more than half must hold a write. ${heaviestText(quorum.share)}`
      : selectionText(quorum.share),
    key: isWeights
      ? [
          { label: `heaviest, ${percent(most)} of all weight`, colour: COLOUR, shape: 'area' },
          { label: `lightest, ${percent(least)}`, colour: COLOUR, shape: 'pale' },
        ]
      : [{ label: 'selected: a write waits for it', colour: COLOUR, shape: 'area' }],
    note: isWeights
      ? 'More than half of the weight must hold a write, the source included. Who answers first gets heavier. Shown as told, at most twice a second.'
      : 'A write waits for all of the selected, also for one that has died and is not yet deselected.',
    spec: { ...sized(height), params: [TIME_PARAM], layer, config: CONFIG },
    readout: readoutOf([run], () =>
      nodes.length > READ_OUT_AT_MOST
        ? [{ label: 'by weight', unit: '', values: tMs.map((_, row) => ranked(quorum.share, row)) }]
        : nodes.map((node) => ({
            label: node,
            unit: '',
            values: quorum.share[node]!.map((share) => said(share, kind)),
          })),
    ),
  }
}

type Shares = Readonly<Record<string, readonly (number | null)[]>>

/** Rows of one share are one cell. Where that is too many, only every so many rows are looked at. */
function cellsOf({ result: { series } }: Run, shares: Shares): Cell[] {
  const nodes = Object.keys(shares)
  const rows = series.tMs.length
  const step = Math.max(1, Math.ceil((rows * nodes.length) / CELLS_AT_MOST))
  return nodes.flatMap((node) => {
    const cells: Cell[] = []
    for (let row = 0; row < rows; row += step) {
      const share = shares[node]![row] ?? null
      if (share === null) continue
      const [fromMs, toMs] = [series.tMs[row]!, (series.tMs[Math.min(row + step, rows) - 1] ?? 0) + series.intervalMs]
      const last = cells.at(-1)
      if (last?.toMs === fromMs && last.share === share) cells[cells.length - 1] = { ...last, toMs }
      else cells.push({ fromMs, toMs, node, share })
    }
    return cells
  })
}

function shadeOf(share: number, least: number, most: number): number {
  if (share === 0) return 0
  const place = most > least ? Math.log(share / least) / Math.log(most / least) : 1
  return Number((PALEST + (1 - PALEST) * place).toFixed(3))
}

/** Names as many as there is room for. */
function labelled(nodes: readonly string[], height: number): string[] {
  const every = Math.ceil((nodes.length * 13) / height)
  return nodes.filter((_, index) => index % every === 0)
}

function said(share: number | null, kind: 'weights' | 'selection'): string | null {
  if (share === null) return null
  return kind === 'weights' ? percent(share) : share > 0 ? 'selected' : 'no'
}

/** The four heaviest at a row. */
function ranked(shares: Shares, row: number): string | null {
  const known = Object.entries(shares).filter(([, values]) => (values[row] ?? null) !== null)
  if (known.length === 0) return null
  known.sort(([, a], [, b]) => b[row]! - a[row]!)
  return `${known
    .slice(0, 4)
    .map(([node]) => node)
    .join(', ')} \u2026`
}

function mean(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length
}

function heaviestText(shares: Shares): string {
  const means = Object.entries(shares).map(([node, values]) => ({ node, share: mean(values) }))
  means.sort((a, b) => b.share - a.share)
  return `On average the heaviest were ${means
    .slice(0, 3)
    .map(({ node, share }) => `${node} (${percent(share)})`)
    .join(', ')}.`
}

function selectionText(shares: Shares): string {
  return Object.entries(shares)
    .map(([node, values]) => `${node} was selected for ${percent(mean(values))} of the time.`)
    .join(' ')
}
