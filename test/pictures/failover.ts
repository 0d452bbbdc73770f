/** Pictures of the two ways to another source: a take-over after a crash, and a planned move. */
import type { TopLevelSpec } from 'vega-lite'
import type { FailoverPhase } from '../../algorithms/trace.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import { ink, nodeColour, seriesColour } from '../../scenarios/shown/palette.ts'
import { band, framed, type Label, labels, quantitative, rule } from './drawing.ts'
import type { Picture } from './picture.ts'
import { libraryText, simulated, startOf, withMessages } from './simulation.ts'

const PHASES: readonly { readonly phase: FailoverPhase; readonly label: string; readonly colour: string }[] = [
  { phase: 'detect', label: 'detect', colour: ink('muted') },
  { phase: 'decide', label: 'decide', colour: seriesColour(0) },
  { phase: 'promote', label: 'promote', colour: seriesColour(4) },
  { phase: 'reroute', label: 're-route', colour: seriesColour(2) },
]

interface Stretch {
  readonly label: string
  readonly colour: string
  readonly from: number
  readonly to: number
}

/** The phases of the one take-over after `fromUs`, in milliseconds since then. What took no time is left out. */
function phasesOf({ events }: RunRecord, fromUs: number): Stretch[] {
  const marks = events.filter((event) => event.kind === 'phase' && event.atUs >= fromUs)
  const at = (phase: FailoverPhase) => marks.find((mark) => mark.kind === 'phase' && mark.phase === phase)!.atUs
  const ends = { detect: at('decide'), decide: at('promote'), promote: at('reroute'), reroute: at('serving') }
  const starts = { detect: fromUs, decide: at('decide'), promote: at('promote'), reroute: at('reroute') }
  return PHASES.map(({ phase, label, colour }) => {
    const key = phase as keyof typeof ends
    return { label, colour, from: (starts[key] - fromUs) / 1000, to: (ends[key] - fromUs) / 1000 }
  })
}

const CRASH = libraryText('primary-crash', { 'duration: 30s': 'duration: 12s', '- { at: 20s, restart: crashed }': '' })
const CRASH_US = 10_000_000

function drawTakeOver(): TopLevelSpec {
  const { value, messages } = withMessages(() => simulated(CRASH))
  const { record, result } = value
  const zeroUs = startOf(record, messages) + CRASH_US
  const phases = phasesOf(record, CRASH_US)
  const endMs = 19.5
  const lanes = ['clients', 'coordinator', 'node1', 'node2', 'node3', 'node4']
  const lane = (name: string) => lanes.length - lanes.indexOf(name)
  const x = quantitative('from', 'time since the crash, ms', { domain: [-1.5, endMs] }, { values: [0, 5, 10, 15] })
  const y = quantitative('y', null, { domain: [0.4, lanes.length + 0.95] }, null)
  const commands = messages.flatMap(({ from, to, call, sentUs, arrivedUs }) => {
    const [sent, arrived] = [(sentUs - zeroUs) / 1000, ((arrivedUs ?? sentUs) - zeroUs) / 1000]
    if (call?.request.kind !== 'session' || arrivedUs === null || sent < 0 || arrived > endMs) return []
    const phase = phases.find((one) => sent >= one.from && sent < one.to)
    return [{ from: sent, to: arrived, a: lane(from), b: lane(to), colour: phase?.colour ?? ink('muted') }]
  })
  const answers = record.operations.flatMap(({ endUs, outcome }) => {
    const at = ((endUs ?? 0) - CRASH_US) / 1000
    if (endUs === null || at < -1.5 || at > endMs) return []
    return [{ from: at, y: lane('clients'), colour: outcome === 'ok' ? ink('ink') : ink('unknown') }]
  })
  const [failover] = result.summary.failovers
  const first = failover!.startMs - CRASH_US / 1000 + failover!.durationMs!
  const newSource = failover!.newSource
  const reign = phases.at(-1)!.from
  return {
    ...framed(330),
    layer: [
      rule(0, x),
      {
        data: { values: lanes.map((name) => ({ from: -1.5, to: name === 'node1' ? 0 : endMs, y: lane(name) })) },
        mark: { type: 'rule', color: ink('muted'), opacity: 0.55 },
        encoding: { x, x2: { field: 'to' }, y },
      },
      {
        data: { values: commands },
        mark: { type: 'rule', strokeWidth: 1.4, opacity: 0.9 },
        encoding: {
          x,
          x2: { field: 'to' },
          y: { ...y, field: 'a' },
          y2: { field: 'b' },
          stroke: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: phases.map((one) => ({ ...one, y: lane('coordinator') })) },
        mark: { type: 'rule', strokeWidth: 9 },
        encoding: { x, x2: { field: 'to' }, y, stroke: { field: 'colour', type: 'nominal', scale: null } },
      },
      {
        data: { values: [{ from: reign, to: endMs, y: lane(newSource) }] },
        mark: { type: 'rule', strokeWidth: 5, color: nodeColour(newSource, []) },
        encoding: { x, x2: { field: 'to' }, y },
      },
      {
        data: { values: [{ from: -1.5, to: 0, y: lane('node1') }] },
        mark: { type: 'rule', strokeWidth: 5, color: nodeColour('node1', []) },
        encoding: { x, x2: { field: 'to' }, y },
      },
      {
        data: { values: [{ from: 0, y: lane('node1') }] },
        mark: { type: 'point', shape: 'cross', angle: 45, size: 190, filled: true, color: ink('band') },
        encoding: { x, y },
      },
      {
        data: { values: answers },
        mark: { type: 'point', filled: true, size: 42 },
        encoding: { x, y, color: { field: 'colour', type: 'nominal', scale: null } },
      },
      ...labels(
        [
          ...lanes.map((name): Label => ({ x: -1.5, y: lane(name), text: name, align: 'right', dx: -8 })),
          ...phases.map(
            ({ label, colour, from, to }): Label => ({
              x: (from + to) / 2,
              y: lane('coordinator'),
              text: label,
              colour,
              align: 'center',
              dy: -15,
              bold: true,
            }),
          ),
          { x: 0, y: lane('node1'), text: 'dies', colour: ink('band'), dx: 11, dy: -11 },
          {
            x: endMs,
            y: lane('clients'),
            text: `first new write, ${first.toFixed(1)} ms`,
            align: 'right',
            dy: -18,
            bold: true,
          },
          { x: reign, y: lane(newSource), text: 'is the source', colour: nodeColour(newSource, []), dx: 6, dy: 14 },
        ],
        x,
        y,
      ),
    ],
  }
}

function drawSwitchover(): TopLevelSpec {
  const atUs = 3_000_000
  const { record } = simulated(libraryText('planned-switchover'))
  const switched = record.events.find((event) => event.kind === 'switched')!
  const heldUs = switched.kind === 'switched' ? switched.heldUs! : 0
  const [fromMs, toMs] = [-25, 75]
  const operations = record.operations
    .filter(
      ({ endUs, intendedUs }) => endUs !== null && endUs > atUs + fromMs * 1000 && intendedUs < atUs + toMs * 1000,
    )
    .map(({ intendedUs, endUs, node }, index) => ({
      from: Math.max(fromMs, (intendedUs - atUs) / 1000),
      to: Math.min(toMs, (endUs! - atUs) / 1000),
      y: -index,
      colour: nodeColour(node!, []),
    }))
  const held = { from: (switched.atUs - heldUs - atUs) / 1000, to: (switched.atUs - atUs) / 1000 }
  const x = quantitative(
    'from',
    'time since the move was asked for, ms',
    { domain: [fromMs, toMs] },
    { values: [-20, 0, 20, 40, 60] },
  )
  const y = quantitative('y', null, { domain: [-operations.length, 1.5] }, null)
  const middle = -operations.length / 2
  return {
    ...framed(300),
    layer: [
      band(held.from, held.to, x),
      rule(held.from, x),
      rule(held.to, x, nodeColour('node3', [])),
      {
        data: { values: operations },
        mark: { type: 'rule', strokeWidth: 3.5, strokeCap: 'round' },
        encoding: { x, x2: { field: 'to' }, y, stroke: { field: 'colour', type: 'nominal', scale: null } },
      },
      ...labels(
        [
          { x: fromMs, y: -2, text: 'answered by node1', colour: nodeColour('node1', []), dx: 2, dy: 88, bold: true },
          {
            x: toMs,
            y: middle,
            text: 'answered by node3',
            colour: nodeColour('node3', []),
            align: 'right',
            dy: -40,
            bold: true,
          },
          {
            x: held.from,
            y: -operations.length + 3,
            text: `new operations wait\nat the gate: ${(heldUs / 1000).toFixed(0)} ms`,
            colour: ink('band'),
            dx: 8,
            dy: -12,
          },
          { x: held.to, y: -operations.length + 3, text: 'node3 reigns', colour: nodeColour('node3', []), dx: 8 },
        ],
        x,
        y,
      ),
    ],
  }
}

export const FAILOVER_PICTURES: readonly Picture[] = [
  {
    name: 'take-over',
    shows: ['failover'],
    caption:
      'From the crash of the source to the first new write: every replica is stopped and read before one is chosen, the chosen one becomes the source, and the others are pointed at it while clients go on already.',
    origin: 'primary-crash, seed 1, simulated; lines: commands; dots: answers, orange: outcome unknown',
    draw: drawTakeOver,
  },
  {
    name: 'switchover',
    shows: ['failover'],
    caption:
      'A planned move of the source: what was under way is answered, what comes new waits at the gate until the successor reigns, and nothing fails.',
    origin: 'planned-switchover, seed 1, simulated; a bar is an operation, from its start to its answer',
    draw: drawSwitchover,
  },
]
