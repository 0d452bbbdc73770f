/** Pictures of Raft: an election message by message, and what the quorum of a large group costs. */
import type { TopLevelSpec } from 'vega-lite'
import type { Message as RaftMessage } from '../../algorithms/raft/message.ts'
import { ink, nodeColour, seriesColour } from '../../scenarios/shown/palette.ts'
import { above, band, framed, type Label, labels, quantitative, rule, strokes } from './drawing.ts'
import type { Picture } from './picture.ts'
import { colourOfPolicy } from './policy-colours.ts'
import { libraryText, simulated, startOf, withMessages } from './simulation.ts'

const ELECTION = `
name: raft-election
cluster: { protocol: raft, nodes: 5 }
algorithms: { quorum: majority }
network: { default: { delay: { lognormal: { median: 2ms, sigma: 0.4 } } } }
raft: { electionTimeout: 100ms, heartbeat: 30ms }
workload: { ratePerSec: 50, clients: 32, reads: 0, duration: 4s, warmup: 1s }
faults: [{ at: 2s, crash: source, for: 1s }]
`
const CRASH_US = 2_000_000
const STEPS = [
  { name: 'pre-vote', colour: ink('muted') },
  { name: 'vote', colour: seriesColour(4) },
  { name: 'append', colour: seriesColour(2) },
] as const

function stepOf({ kind, ...message }: RaftMessage): (typeof STEPS)[number]['name'] {
  if (kind === 'append' || kind === 'append-reply') return 'append'
  return 'preVote' in message && message.preVote ? 'pre-vote' : 'vote'
}

function drawElection(): TopLevelSpec {
  const { value, messages } = withMessages(() => simulated(ELECTION, 10))
  const { record } = value
  const zeroUs = startOf(record, messages) + CRASH_US
  const elected = record.events.find((event) => event.kind === 'elected' && event.atUs > CRASH_US)!
  const campaign = record.events.find((event) => event.kind === 'phase' && event.atUs > CRASH_US)!
  const since = (us: number) => (us - CRASH_US) / 1000
  const [fromMs, toMs] = [Math.floor(since(campaign.atUs)) - 6, Math.ceil(since(elected.atUs)) + 9]
  const lanes = ['node1', 'node2', 'node3', 'node4', 'node5']
  const lane = (name: string) => lanes.length - lanes.indexOf(name)
  const x = quantitative('from', 'time since the leader died, ms', { domain: [fromMs, toMs] }, { tickCount: 8 })
  const y = quantitative('y', null, { domain: [0.5, lanes.length + 0.5] }, null)
  const lines = messages.flatMap(({ from, to, sentUs, arrivedUs, call, content }) => {
    const [sent, arrived] = [(sentUs - zeroUs) / 1000, ((arrivedUs ?? sentUs) - zeroUs) / 1000]
    if (call !== null || arrivedUs === null || sent < fromMs || arrived > toMs) return []
    const { message } = content as { readonly message?: RaftMessage }
    if (message === undefined) return []
    const step = stepOf(message)
    return [
      {
        from: sent,
        to: arrived,
        a: lane(from),
        b: lane(to),
        step,
        colour: STEPS.find(({ name }) => name === step)!.colour,
      },
    ]
  })
  const winner = elected.process
  const begin = (step: string) => Math.min(...lines.filter((one) => one.step === step).map(({ from }) => from))
  return {
    ...framed(290),
    layer: [
      {
        data: { values: lanes.slice(1).map((name) => ({ from: fromMs, to: toMs, y: lane(name) })) },
        mark: { type: 'rule', color: ink('muted'), opacity: 0.55 },
        encoding: { x, x2: { field: 'to' }, y },
      },
      {
        data: { values: lines },
        mark: { type: 'rule', strokeWidth: 1.6 },
        encoding: {
          x,
          x2: { field: 'to' },
          y: { ...y, field: 'a' },
          y2: { field: 'b' },
          stroke: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: [{ from: since(elected.atUs), to: toMs, y: lane(winner) }] },
        mark: { type: 'rule', strokeWidth: 7, color: nodeColour(winner, []) },
        encoding: { x, x2: { field: 'to' }, y },
      },
      ...above(
        [
          { x: begin('pre-vote'), text: 'pre-vote', colour: STEPS[0].colour, align: 'left' },
          { x: begin('vote'), text: 'vote', colour: STEPS[1].colour, align: 'left' },
          { x: since(elected.atUs), text: 'leads: first entry', colour: STEPS[2].colour, align: 'left' },
        ],
        x,
      ),
      ...labels(
        [
          ...lanes.map((name): Label => ({ x: fromMs, y: lane(name), text: name, align: 'right', dx: -8 })),
          { x: fromMs, y: lane('node1'), text: 'has died', colour: ink('band'), dx: 6 },
        ],
        x,
        y,
      ),
    ],
  }
}

const SCHEMES = ['majority', 'hierarchical', 'cabinet', 'flexible'] as const

/** The same group and load under each quorum. */
function fifty(quorum: (typeof SCHEMES)[number]): string {
  const text = libraryText('raft-cabinet-fifty', { 'duration: 30s': 'duration: 26s' })
    .replace(/expect:.*/, '')
    .replace(/checks:.*/, '')
  return text.replace(
    'quorum: cabinet, failureThreshold: 5',
    quorum === 'cabinet' || quorum === 'flexible' ? `quorum: ${quorum}, failureThreshold: 5` : `quorum: ${quorum}`,
  )
}

function drawFifty(): TopLevelSpec {
  const x = quantitative('at', 'time, s', { domain: [0, 26] }, { values: [0, 5, 10, 15, 20, 25] })
  const y = {
    ...quantitative('ms', null, { type: 'log', domain: [80, 4000] }),
    axis: {
      title: 'median write latency, ms, log scale',
      grid: true,
      values: [100, 200, 500, 1000, 2000],
      format: 'd',
    },
  }
  const lines = SCHEMES.map((name) => {
    const { record } = simulated(fifty(name))
    const seconds = Array.from({ length: 52 }, () => [] as number[])
    for (const { kind, outcome, intendedUs, endUs } of record.operations)
      if (kind === 'write' && outcome === 'ok' && endUs !== null)
        seconds[Math.floor(intendedUs / 500_000)]?.push((endUs - intendedUs) / 1000)
    const values = seconds.flatMap((ms, index) => {
      const middle = ms.sort((a, b) => a - b)[ms.length >> 1]
      return middle === undefined ? [] : [{ at: index / 2 + 0.25, ms: Math.round(middle) }]
    })
    const followers = record.counters.followersPerRound!
    return { name, values, followers, colour: colourOfPolicy(name) }
  })
  const last = (values: readonly { readonly ms: number }[]) => values.at(-6)!.ms
  return {
    ...framed(300),
    layer: [
      band(12, 20, x),
      rule(12, x),
      ...strokes(lines, x, y),
      ...above([{ x: 16, text: 'the five strongest are down' }], x),
      ...labels(
        lines.map(
          ({ name, values, followers, colour }): Label => ({
            x: 0.4,
            y: last(values),
            text: `${name}: ${followers.toFixed(1)} followers`,
            colour,
            dy: name === 'flexible' || name === 'majority' ? 22 : -22,
            bold: true,
          }),
        ),
        x,
        y,
      ),
    ],
  }
}

export const RAFT_PICTURES: readonly Picture[] = [
  {
    name: 'raft-election',
    shows: ['raft'],
    caption:
      'The first server to miss its leader asks whether it would be voted for, then for the votes, and leads with the third vote, its own included; its first entry commits everything before it.',
    origin: 'five servers, 2 ms apart, seed 10, simulated; a line is a message',
    draw: drawElection,
  },
  {
    name: 'raft-quorums',
    shows: [...SCHEMES],
    caption:
      'Fifty servers in five ever slower zones: a majority waits for the third zone, six servers of the first are enough for cabinet and flexible, and when the five strongest die cabinet gives their weight to others.',
    origin: 'raft-cabinet-fifty under each quorum, seed 1, simulated; followers: replies until a round is won',
    draw: drawFifty,
  },
]
