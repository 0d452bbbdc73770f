/** Pictures of the election policies: what they would choose, what follows from it, and seer at work. */
import type { TopLevelSpec } from 'vega-lite'
import { median } from '../../scenarios/measures/statistics.ts'
import { ink, nodeColour } from '../../scenarios/shown/palette.ts'
import { above, framed, type Label, labels, quantitative, rule } from './drawing.ts'
import type { Picture } from './picture.ts'
import { colourOfPolicy } from './policy-colours.ts'
import { libraryText, simulated } from './simulation.ts'

const POLICIES = ['seer-score', 'most-advanced', 'uniform', 'lowest-rtt', 'best-known'] as const
const CRASH_US = 8_000_000
const SEED = 2

/** Four candidates, each good at something else. */
function choiceText(election: string): string {
  return `
name: choice
cluster: { nodes: 5 }
algorithms: { quorum: majority, election: ${election} }
workload: { ratePerSec: 300, clients: 64, reads: 0, duration: 14s, warmup: 2s }
network:
  default: { delay: { lognormal: { median: 0.4ms, sigma: 0.2 } } }
  links:
    "coordinator->node2": { delay: 0.1ms }
    "node2->coordinator": { delay: 0.1ms }
    "node2->*": { delay: { lognormal: { median: 3ms, sigma: 0.2 } } }
    "*->node2": { delay: { lognormal: { median: 3ms, sigma: 0.2 } } }
faults:
  - { at: 3s, crash: node3, for: 1s }
  - { at: 7s, slow: node5, cpu: 0.1 }
  - { at: 7500ms, partition: { split: [[node1], [node2]] } }
  - { at: 8s, crash: node1 }
`
}

const CANDIDATES = [
  { node: 'node2', about: 'nearest,\nfar from\nothers,\n134 behind' },
  { node: 'node3', about: 'crashed\n5 s ago' },
  { node: 'node4', about: 'nothing\nspecial' },
  { node: 'node5', about: 'has 0.1 of\nits CPU' },
]

function drawChoice(): TopLevelSpec {
  const rows = POLICIES.map((policy) => {
    const { record, result } = simulated(choiceText(policy), SEED)
    const [failover] = result.summary.failovers
    const after = record.operations.flatMap(({ intendedUs, endUs, outcome }) =>
      outcome === 'ok' && intendedUs > CRASH_US + 2_000_000 ? [(endUs! - intendedUs) / 1000] : [],
    )
    return {
      policy,
      outageMs: failover!.phases.catchUp! + failover!.phases.promote!,
      writeMs: median(after)!,
      failover: failover!,
      chosen: failover!.newSource,
    }
  })
  const x = quantitative('x', null, { domain: [-0.4, 10.1] }, null)
  const y = quantitative('y', null, { domain: [POLICIES.length + 0.1, -1.9] }, null)
  const cells = rows.flatMap(({ policy, failover }, row) => {
    const ranking = failover.rankings[policy] ?? []
    return CANDIDATES.map(({ node }, column) => ({
      x: column * 1.35,
      x2: column * 1.35 + 1.25,
      y: row + 0.08,
      y2: row + 0.92,
      rank: ranking.findIndex((one) => one.node === node) + 1,
      policy,
    }))
  })
  const scale = {
    outage: 1.6 / Math.max(...rows.map(({ outageMs }) => outageMs)),
    write: 1.6 / Math.max(...rows.map(({ writeMs }) => writeMs)),
  }
  const bars = rows.flatMap(({ policy, outageMs, writeMs }, row) => [
    { x: 5.75, x2: 5.75 + outageMs * scale.outage, y: row + 0.25, y2: row + 0.75, policy },
    { x: 8.05, x2: 8.05 + writeMs * scale.write, y: row + 0.25, y2: row + 0.75, policy },
  ])
  const rectangle = { x, x2: { field: 'x2' }, y, y2: { field: 'y2' } }
  const texts: Label[] = [
    ...CANDIDATES.map(
      ({ node, about }, column): Label => ({
        x: column * 1.35 + 0.62,
        y: -1.68,
        text: `${node}\n${about}`,
        align: 'center',
      }),
    ),
    { x: 5.75, y: -0.6, text: 'catch up,\npromote, ms' },
    { x: 8.05, y: -0.6, text: 'then a\nwrite, ms' },
    ...rows.flatMap(({ policy, outageMs, writeMs }, row): Label[] => [
      { x: 0, y: row + 0.5, text: policy, align: 'right', dx: -8 },
      { x: 5.75 + outageMs * scale.outage, y: row + 0.5, text: outageMs.toFixed(0), dx: 5 },
      { x: 8.05 + writeMs * scale.write, y: row + 0.5, text: writeMs.toFixed(1), dx: 5 },
    ]),
    ...cells.map(
      (cell): Label => ({
        x: cell.x + 0.62,
        y: cell.y + 0.42,
        text: `${cell.rank}.`,
        align: 'center',
        bold: cell.rank === 1,
        colour: cell.rank === 1 ? ink('page') : ink('ink'),
      }),
    ),
  ]
  return {
    ...framed(330, false),
    layer: [
      ...cells.map((cell) => ({
        data: { values: [cell] },
        mark: {
          type: 'rect' as const,
          color: cell.rank === 1 ? ink('accent') : ink('muted'),
          opacity: cell.rank === 1 ? 1 : 0.34 - 0.08 * cell.rank,
          cornerRadius: 3,
        },
        encoding: rectangle,
      })),
      ...bars.map((bar) => ({
        data: { values: [bar] },
        mark: { type: 'rect' as const, color: ink('accent'), opacity: 0.75 },
        encoding: rectangle,
      })),
      ...labels(texts, x, y),
    ],
  }
}

const SEER = libraryText('seer-slow-source')

function drawSeer(): TopLevelSpec {
  const runs = [
    {
      name: 'seer-score',
      colour: colourOfPolicy('seer-score'),
      text: SEER.replace('election: seer\n', 'election: seer-score\n').replace(/ {2}seer: .*\n/, ''),
    },
    { name: 'seer', colour: ink('ink'), text: SEER },
  ]
  const x = quantitative('at', 'time, s', { domain: [0, 24] }, { values: [0, 4, 8, 12, 16, 20, 24] })
  const y = {
    ...quantitative('ms', null, { type: 'log', domain: [1.4, 18] }),
    axis: { title: 'median write latency, ms, log scale', grid: true, values: [2, 5, 10] },
  }
  const lines = runs.map(({ name, colour, text }) => {
    const { series } = simulated(text).result
    const values = series.tMs.flatMap((ms, row) => {
      const p50 = series.writeMs.p50[row]
      return p50 == null ? [] : [{ at: (ms + series.intervalMs / 2) / 1000, ms: Number(p50.toPrecision(3)) }]
    })
    return { name, colour, values, series }
  })
  const strips = lines.flatMap(({ name, series }) => {
    const stretches: { from: number; to: number; node: string; name: string }[] = []
    series.source.forEach((node, row) => {
      if (node === null) return
      const [from, to] = [series.tMs[row]! / 1000, (series.tMs[row]! + series.intervalMs) / 1000]
      const last = stretches.at(-1)
      if (last !== undefined && last.node === node && last.name === name) last.to = Math.min(24, to)
      else stretches.push({ from, to: Math.min(24, to), node, name })
    })
    return stretches
  })
  const top = { seer: 6, 'seer-score': 30 }
  return {
    ...framed(330),
    layer: [
      rule(14, x),
      ...lines.map(({ values, colour }) => ({
        data: { values },
        mark: { type: 'line' as const, color: colour, strokeWidth: 2, clip: true },
        encoding: { x, y },
      })),
      ...strips.map((one) => ({
        data: { values: [one] },
        mark: {
          type: 'rect' as const,
          color: nodeColour(one.node, []),
          opacity: 0.85,
          y: top[one.name as 'seer'],
          y2: top[one.name as 'seer'] + 18,
        },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
      })),
      ...strips.flatMap((one) =>
        one.to - one.from < 1.9
          ? []
          : [
              {
                data: { values: [{ at: (one.from + one.to) / 2 }] },
                mark: {
                  type: 'text' as const,
                  text: one.node,
                  color: ink('page'),
                  y: top[one.name as 'seer'] + 9,
                  fontSize: 12,
                  fontWeight: 600 as const,
                },
                encoding: { x },
              },
            ],
      ),
      ...(['seer', 'seer-score'] as const).map((name) => ({
        data: { values: [{ at: 0 }] },
        mark: { type: 'text' as const, text: name, align: 'right' as const, dx: -8, y: top[name] + 9, fontSize: 13 },
        encoding: { x },
      })),
      ...above([{ x: 14, text: "the source's processors are taken" }], x),
      ...labels(
        [
          {
            x: 20.3,
            y: 4.5,
            text: 'seer-score stays',
            colour: colourOfPolicy('seer-score'),
            bold: true,
            align: 'center',
          },
          { x: 20.3, y: 1.75, text: 'seer leaves', bold: true, align: 'center' },
          { x: 6.5, y: 1.75, text: 'seer tries every server once', align: 'center' },
        ],
        x,
        y,
      ),
    ],
  }
}

export const ELECTION_PICTURES: readonly Picture[] = [
  {
    name: 'elections',
    shows: [...POLICIES],
    caption:
      'Four candidates, each good at something else, as each policy ranks them; whoever is chosen first fetches what it lacks, so nothing is lost, and then every write pays for the choice.',
    origin: 'five servers, the source dies at 8 s, seed 2, simulated; one run for each policy',
    draw: drawChoice,
  },
  {
    name: 'seer',
    shows: ['seer', 'seer-score'],
    caption:
      'seer has led with every server once; when the source loses its processors it moves to another within a second, while seer-score, which acts only when a source fails, stays with the slow one.',
    origin: 'seer-slow-source, seed 1, simulated; the strips say who is the source',
    draw: drawSeer,
  },
]
