/** What every chart over time shows behind its data: the warm-up, what was broken when, and where a reign began. */
import { ink, nodeColour } from '../../scenarios/shown/palette.ts'
import type { Run } from '../runs.ts'
import { type Layer, timeEncoding } from './spec.ts'

const UNDOING = new Set(['restart', 'heal', 'resume', 'start', 'unslow'])

export interface FaultBand {
  readonly fromMs: number
  readonly toMs: number
  readonly label: string
}

interface Reign {
  readonly atMs: number
  readonly node: string
  readonly epoch: number
  readonly run: Run
}

export function endOf(runs: readonly Run[]): number {
  let end = 1
  for (const { result } of runs) {
    const { series, scenario } = result
    end = Math.max(
      end,
      (series.tMs.at(-1) ?? 0) + series.intervalMs,
      result.complete ? scenario.workload.durationUs / 1000 : 0,
    )
  }
  return end
}

/** The undo of a fault ends its band and needs none of its own. Runs of one scenario share their faults: the first speaks. */
export function faultBands(runs: readonly Run[]): FaultBand[] {
  const end = endOf(runs)
  const speaker = runs.find(({ result }) => result.faults.length > 0)
  return (speaker?.result.faults ?? [])
    .filter((fault) => !UNDOING.has(fault.kind) && fault.atMs < end)
    .map((fault) => ({ fromMs: fault.atMs, toMs: Math.min(fault.healed ?? end, end), label: fault.label }))
}

/** The first reign is the beginning, not a change. */
export function reigns(runs: readonly Run[]): Reign[] {
  const found: Reign[] = []
  for (const run of runs)
    for (const event of run.result.events)
      if (event.kind === 'reign' && event.atUs > 0)
        found.push({ atMs: event.atUs / 1000, node: event.source, epoch: event.epoch, run })
  return found
}

export function backdrop(runs: readonly Run[], withReigns = true): Layer[] {
  const end = endOf(runs)
  const warmupMs = Math.max(0, ...runs.map(({ result }) => result.scenario.workload.warmupUs / 1000))
  const layers: Layer[] = []
  if (warmupMs > 0)
    layers.push({
      data: { values: [{ fromMs: 0, toMs: Math.min(warmupMs, end) }] },
      mark: { type: 'rect', color: ink('warmup'), opacity: 0.1, clip: true },
      encoding: { x: timeEncoding('fromMs', end), x2: { field: 'toMs' } },
    })
  const bands = faultBands(runs)
  if (bands.length > 0)
    layers.push({
      data: { values: joined(bands) },
      mark: { type: 'rect', color: ink('band'), opacity: 0.09, clip: true },
      encoding: { x: timeEncoding('fromMs', end), x2: { field: 'toMs' } },
    })
  return [...layers, ...moments(runs, withReigns)]
}

/** Faults at the same time are one shade. */
function joined(bands: readonly FaultBand[]): { fromMs: number; toMs: number }[] {
  const all: { fromMs: number; toMs: number }[] = []
  for (const { fromMs, toMs } of [...bands].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = all.at(-1)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else all.push({ fromMs, toMs })
  }
  return all
}

/** The rules alone: where faults begin, and reigns. */
export function moments(runs: readonly Run[], withReigns = true): Layer[] {
  const end = endOf(runs)
  const bands = faultBands(runs)
  const layers: Layer[] = []
  if (bands.length > 0)
    layers.push({
      data: { values: bands.map(({ fromMs }) => ({ fromMs })) },
      mark: { type: 'rule', color: ink('band'), opacity: 0.8, clip: true },
      encoding: { x: timeEncoding('fromMs', end) },
    })
  for (const { atMs, run } of withReigns ? reigns(runs) : [])
    layers.push({
      data: { values: [{ atMs }] },
      mark: { type: 'rule', color: ink('muted'), strokeDash: [...run.dash], clip: true },
      encoding: { x: timeEncoding('atMs', end) },
    })
  return layers
}

export function nodesOf(runs: readonly Run[]): string[] {
  const names = new Set<string>()
  for (const { result } of runs) {
    for (const node of Object.keys(result.series.lagMs)) names.add(node)
    for (const node of result.series.source) if (node !== null) names.add(node)
    for (const failover of result.summary.failovers) names.add(failover.newSource)
  }
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

export function colourOfNode(runs: readonly Run[]): (node: string) => string {
  const nodes = nodesOf(runs)
  return (node) => nodeColour(node, nodes)
}
