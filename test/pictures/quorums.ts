/** Pictures of the quorum rules: who holds a write when, and what each rule makes of it. */
import type { TopLevelSpec } from 'vega-lite'
import { ink, seriesColour } from '../../scenarios/shown/palette.ts'
import { above, band, framed, type Label, labels, quantitative, rule, strokes } from './drawing.ts'
import type { Picture } from './picture.ts'
import { colourOfPolicy } from './policy-colours.ts'
import { libraryText, simulated } from './simulation.ts'

const HOLDERS = `
name: holders
cluster: { nodes: 4 }
algorithms: { quorum: majority }
workload: { ratePerSec: 60, clients: 8, reads: 0, duration: 5s, warmup: 1s }
network: { default: { delay: { lognormal: { median: 0.4ms, sigma: 0.6 } } } }
faults: [{ at: 2500ms, slow: node4, disk: 6ms, for: 1500ms }]
`
const SHOWN = 48

/** When each replica held each of some writes, and the first, second and third to do so. */
function drawHolders(): TopLevelSpec {
  const { record } = simulated(HOLDERS)
  const byCommit = new Map<number, { readonly node: string; readonly ms: number }[]>()
  for (const { node, commitUs, lagUs } of record.lag)
    for (let i = 0; i < commitUs.length; i++) {
      const held = byCommit.get(commitUs[i]!) ?? []
      held.push({ node, ms: Math.round(lagUs[i]! / 10) / 100 })
      byCommit.set(commitUs[i]!, held)
    }
  const writes = [...byCommit].filter(([, held]) => held.length === 3).sort(([a], [b]) => a - b)
  const middle = writes.findIndex(([commitUs]) => commitUs >= 2_500_000)
  const shown = writes
    .slice(middle - SHOWN / 2, middle + SHOWN / 2)
    .map(([, held]) => held.toSorted((a, b) => a.ms - b.ms))
  const x = quantitative(
    'write',
    'writes, one after another',
    { domain: [0.4, SHOWN + 0.6] },
    { values: [1, 12, 24, 36, 48] },
  )
  const y = {
    ...quantitative('ms', null, { type: 'log', domain: [0.3, 20] }),
    axis: {
      title: 'held so long after its commit on the source, ms, log scale',
      grid: true,
      values: [0.5, 1, 2, 5, 10, 20],
    },
  }
  const rules = ['flexible', 'majority', 'all'].map((name, rank) => ({ name, rank, colour: colourOfPolicy(name) }))
  const line = ({ rank, colour }: (typeof rules)[number]) => ({
    data: { values: shown.map((held, index) => ({ write: index + 1, ms: held[rank]!.ms })) },
    mark: { type: 'line' as const, color: colour, strokeWidth: 2, interpolate: 'step' as const, opacity: 0.8 },
    encoding: { x, y },
  })
  return {
    ...framed(300),
    layer: [
      band(SHOWN / 2 + 0.5, SHOWN + 0.6, x),
      rule(SHOWN / 2 + 0.5, x),
      ...rules.map(line),
      {
        data: {
          values: shown.flatMap((held, index) =>
            held.map(({ node, ms }) => ({
              write: index + 1,
              ms,
              shape: node === 'node4' ? 'triangle-up' : 'circle',
              size: node === 'node4' ? 42 : 22,
            })),
          ),
        },
        mark: { type: 'point', filled: true, color: ink('ink') },
        encoding: {
          x,
          y,
          shape: { field: 'shape', type: 'nominal', scale: null },
          size: { field: 'size', type: 'quantitative', scale: null },
        },
      },
      ...labels(
        [
          { x: 36, y: 4.6, text: 'all: the third replica', colour: rules[2]!.colour, align: 'center', bold: true },
          { x: 36, y: 2.4, text: 'majority: the second', colour: rules[1]!.colour, align: 'center', bold: true },
          { x: 36, y: 0.42, text: 'flexible: the first', colour: rules[0]!.colour, align: 'center', bold: true },
          { x: SHOWN / 2 + 0.5, y: 17, text: "node4's disk is slow (triangles)", colour: ink('band'), dx: 6 },
        ],
        x,
        y,
      ),
    ],
  }
}

const RULES = ['none', 'flexible', 'cabinet', 'majority', 'cabinet-top', 'all'] as const

function ruleText(quorum: (typeof RULES)[number]): string {
  const text = libraryText('cabinet-seven')
  const threshold = quorum === 'flexible' ? ', failureThreshold: 2' : ''
  return text
    .replace(
      'quorum: cabinet, election: seer, failureThreshold: 2, weightRatio: 1.2',
      quorum === 'cabinet' ? '$&' : `quorum: ${quorum}, election: seer${threshold}`,
    )
    .replace(/faults:[\s\S]*?(?=checks:)/, '')
    .replace(/expect:.*/, '')
}

/** The same load on the same network under each rule, and nothing broken. */
function drawLatencies(): TopLevelSpec {
  const x = {
    ...quantitative('ms', null, { type: 'log', domain: [1, 60] }),
    axis: { title: 'write latency, ms, log scale', grid: true, values: [1, 2, 5, 10, 20, 50] },
  }
  const y = quantitative(
    'share',
    'share of writes that took no longer',
    { domain: [0, 1] },
    { grid: true, format: '%', tickCount: 5 },
  )
  const lines = RULES.map((name) => {
    const { ms, fraction } = simulated(ruleText(name)).result.distributions.write
    const step = Math.max(1, Math.floor(ms.length / 90))
    const values = ms
      .map((value, index) => ({ ms: Number(value.toPrecision(3)), share: Number(fraction[index]!.toFixed(3)) }))
      .filter((_, index) => index % step === 0 || index === ms.length - 1)
    return { name, values, colour: name === 'none' ? ink('ink') : colourOfPolicy(name) }
  })
  /** Where its name stands: at the height at which its line is far from the others. */
  const heights: Readonly<Record<string, number>> = {
    none: 0.5,
    flexible: 0.93,
    cabinet: 0.14,
    majority: 0.62,
    'cabinet-top': 0.36,
    all: 0.62,
  }
  const texts = lines.map(({ name, values, colour }): Label => {
    const share = heights[name]!
    const at = values.find((point) => point.share >= share)!
    const isLeft = name === 'flexible'
    return { x: at.ms, y: share, text: name, colour, bold: true, align: isLeft ? 'right' : 'left', dx: isLeft ? -8 : 8 }
  })
  return {
    ...framed(300),
    layer: [...strokes(lines, x, y), ...labels(texts, x, y)],
  }
}

/** `cabinet-seven` as its result tells it: the share of all weight, by server. */
function drawWeights(): TopLevelSpec {
  const { series } = simulated(libraryText('cabinet-seven')).result
  const { share } = series.quorum!
  const nodes = Object.keys(share)
  const known = Object.values(share).flatMap((shares) => shares.filter((one) => one !== null))
  const [least, most] = [Math.min(...known), Math.max(...known)]
  interface Cell {
    readonly node: string
    readonly from: number
    readonly to: number
    readonly percent: number
    readonly opacity: number
  }
  const cells = nodes.flatMap((node) => {
    const row: Cell[] = []
    share[node]!.forEach((value, index) => {
      if (value === null) return
      const [from, to] = [series.tMs[index]! / 1000, (series.tMs[index]! + series.intervalMs) / 1000]
      const percent = Math.round(value * 100)
      const last = row.at(-1)
      const opacity = Number((0.07 + (0.93 * Math.log(value / least)) / Math.log(most / least)).toFixed(2))
      if (last?.to === from && last.opacity === opacity) row[row.length - 1] = { ...last, to }
      else row.push({ node, from, to, percent, opacity })
    })
    return row
  })
  const x = quantitative('from', 'time, s', { domain: [0, 20] })
  const y = {
    field: 'node',
    type: 'nominal' as const,
    sort: null,
    scale: { domain: nodes, paddingInner: 0.1 },
    axis: { title: null, values: nodes },
  }
  return {
    ...framed(266),
    layer: [
      {
        data: { values: cells },
        mark: { type: 'rect', color: seriesColour(0) },
        encoding: { x, x2: { field: 'to' }, y, opacity: { field: 'opacity', type: 'quantitative', scale: null } },
      },
      rule(7, x),
      rule(15, x),
      ...above(
        [
          { x: 7, text: 'node2 and node3 die' },
          { x: 15, text: 'node1 dies' },
        ],
        x,
      ),
    ],
  }
}

const SELECTED = `
name: cabinet-top
cluster: { nodes: 4 }
algorithms: { quorum: cabinet-top }
workload: { ratePerSec: 400, clients: 64, reads: 0, duration: 9s, warmup: 2s }
network: { links: { "*->node3": { delay: 0.8ms }, "*->node4": { delay: 0.8ms } } }
faults: [{ at: 7s, partition: node2 }]
`

function drawStall(): TopLevelSpec {
  const [fromMs, toMs] = [6900, 7300]
  const x = quantitative(
    'at',
    'time, ms',
    { domain: [fromMs, toMs] },
    { format: 'd', values: [6900, 7000, 7100, 7200, 7300] },
  )
  const y = {
    ...quantitative('ms', null, { type: 'log', domain: [1, 5000] }),
    axis: { title: 'latency of each write, log scale', grid: true, values: [1, 10, 100, 1000], labelExpr: SPOKEN_MS },
  }
  const dots = (['majority', 'cabinet-top'] as const).flatMap((name) =>
    simulated(SELECTED.replace('quorum: cabinet-top', `quorum: ${name}`)).record.operations.flatMap((one) => {
      const at = one.intendedUs / 1000
      if (one.endUs === null || at < fromMs || at > toMs) return []
      const ms = Number(((one.endUs - one.intendedUs) / 1000).toPrecision(3))
      return [{ at: Math.round(at * 10) / 10, ms, colour: colourOfPolicy(name) }]
    }),
  )
  return {
    ...framed(280),
    layer: [
      band(7000, toMs, x),
      rule(7000, x),
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 24, opacity: 0.8 },
        encoding: { x, y, color: { field: 'colour', type: 'nominal', scale: null } },
      },
      ...labels(
        [
          { x: 7000, y: 1.4, text: 'node2 is cut off', colour: ink('band'), dx: 6 },
          {
            x: 7110,
            y: 1400,
            text: 'cabinet-top waits for what it has\nselected, up to the timeout of 2 s',
            colour: colourOfPolicy('cabinet-top'),
          },
          { x: 7110, y: 9, text: 'majority: the other two suffice', colour: colourOfPolicy('majority') },
        ],
        x,
        y,
      ),
    ],
  }
}

const SPOKEN_MS = 'datum.value >= 1000 ? datum.value / 1000 + " s" : datum.value + " ms"'

export const QUORUM_PICTURES: readonly Picture[] = [
  {
    name: 'quorums',
    shows: ['majority', 'flexible', 'all', 'none'],
    caption:
      'Every write is held by one replica after another, and each rule answers at another of these moments; the slow replica costs only the rule that waits for everybody.',
    origin: 'four servers, seed 1, simulated; a mark is a replica that holds the write',
    draw: drawHolders,
  },
  {
    name: 'quorum-latencies',
    shows: [...RULES],
    caption:
      'The same load on seven servers, three of them far, under each rule: weights and any two replicas cost the same, the majority waits for a far one, all for the farthest.',
    origin: 'cabinet-seven without its faults, seed 1, simulated; n = 4,400 writes for each rule',
    draw: drawLatencies,
  },
  {
    name: 'cabinet-weights',
    shows: ['cabinet'],
    caption:
      'The replicas that answer first become heavy; the two that die at 7 s sink to the bottom, and when the source dies at 15 s its successor is the heaviest.',
    origin: 'cabinet-seven, seed 1, simulated; from 8 % of all weight (palest) to 23 % (darkest)',
    draw: drawWeights,
  },
  {
    name: 'cabinet-top-stall',
    shows: ['cabinet-top'],
    caption:
      'A selected replica is cut off: until it is deselected each write waits for it in vain, although two others have the write, and ends with an unknown outcome.',
    origin: 'four servers, 400 writes/s, seed 1, simulated',
    draw: drawStall,
  },
]
