/** Pictures of the timestamp services. */
import type { TopLevelSpec } from 'vega-lite'
import type { Operation } from '../../scenarios/record.ts'
import { ink, seriesColour } from '../../scenarios/shown/palette.ts'
import { band, framed, type Label, labels, quantitative, rule } from './drawing.ts'
import type { Picture } from './picture.ts'
import { libraryText, type Simulated, simulated } from './simulation.ts'

type Stamped = Operation & {
  readonly timestamp: NonNullable<Operation['timestamp']>
  readonly sentUs: number
  readonly endUs: number
}

function stamped({ record }: Simulated): Stamped[] {
  return record.operations.filter(
    (one): one is Stamped =>
      one.outcome === 'ok' && one.timestamp !== null && one.sentUs !== null && one.endUs !== null,
  )
}

/** The pair that is furthest out of order: `earlier` had its answer before `later` was sent, and the larger number. */
function worstInversion(operations: readonly Stamped[]): { readonly earlier: Stamped; readonly later: Stamped } {
  let worst: { earlier: Stamped; later: Stamped; by: number } | null = null
  for (const earlier of operations)
    for (const later of operations) {
      if (later.sentUs <= earlier.endUs || later.sentUs > earlier.endUs + 40_000) continue
      const by = earlier.timestamp.counter - later.timestamp.counter
      if (worst === null || by > worst.by) worst = { earlier, later, by }
    }
  if (worst === null || worst.by <= 0) throw new Error('no inversion')
  return worst
}

function drawOddEven(): TopLevelSpec {
  const operations = stamped(simulated(libraryText('odd-even-inversion')))
  const { earlier, later } = worstInversion(operations.filter(({ sentUs }) => sentUs > 2_000_000))
  const [fromUs, toUs] = [earlier.sentUs - 75_000, later.endUs + 60_000]
  const shown = operations.filter(({ sentUs, endUs }) => sentUs > fromUs && endUs < toUs)
  const counters = shown.map(({ timestamp }) => timestamp.counter)
  const [low, high] = [Math.min(...counters), Math.max(...counters)]
  const atMs = (us: number) => Math.round((us - fromUs) / 10) / 100
  const x = quantitative('from', 'time, ms', { domain: [0, atMs(toUs)] })
  const y = quantitative(
    'number',
    'timestamp',
    { domain: [low - 12, high + 12] },
    { tickCount: 5, grid: true, format: 'd' },
  )
  const values = shown.map((one) => ({
    from: atMs(one.sentUs),
    to: atMs(one.endUs),
    number: one.timestamp.counter,
    colour: seriesColour(one.timestamp.counter % 2 === 1 ? 0 : 1),
    size: one === earlier || one === later ? 7 : 3,
  }))
  const of = (one: Stamped) => ({ x: atMs(one.endUs), y: one.timestamp.counter })
  const first = values.toSorted((a, b) => a.from - b.from)
  const edge = (odd: number) => first.filter(({ number }) => number % 2 === odd)[1]!
  return {
    ...framed(300),
    layer: [
      {
        data: { values: [{ a: of(earlier).x, b: atMs(later.sentUs), c: of(earlier).y, d: of(later).y }] },
        mark: { type: 'rule', color: ink('fail'), strokeWidth: 1.5, strokeDash: [4, 3] },
        encoding: { x: { ...x, field: 'a' }, x2: { field: 'b' }, y: { ...y, field: 'c' }, y2: { field: 'd' } },
      },
      {
        data: { values },
        mark: { type: 'rule', strokeCap: 'round' },
        encoding: {
          x,
          x2: { field: 'to' },
          y,
          stroke: { field: 'colour', type: 'nominal', scale: null },
          strokeWidth: { field: 'size', type: 'quantitative', scale: null },
        },
      },
      ...labels(
        [
          { ...of(earlier), text: `answered first: ${earlier.timestamp.counter}`, align: 'right', dy: -16, bold: true },
          { ...of(later), text: `sent afterwards: ${later.timestamp.counter}`, dx: -10, dy: 18, bold: true },
          { x: edge(1).from, y: edge(1).number, text: 'server 1, odd', colour: seriesColour(0), dy: -30, dx: -20 },
          { x: edge(0).from, y: edge(0).number, text: 'server 2, even', colour: seriesColour(1), dy: 16 },
        ],
        x,
        y,
      ),
    ],
  }
}

const SKEWED = libraryText('hybrid-skew', {
  'ratePerSec: 200, clients: 16': 'ratePerSec: 1500, clients: 60',
  'duration: 10s': 'duration: 4s',
  'for: 4s': 'for: 800ms',
})

function drawHybrid(): TopLevelSpec {
  const fromMs = 2960
  const toMs = 3120
  const skewMs = 50
  const operations = stamped(simulated(SKEWED)).filter(({ sentUs }) => sentUs > fromMs * 1000 && sentUs < toMs * 1000)
  const all = operations.map((one) => ({
    at: (one.sentUs + one.endUs) / 2000,
    /** Sixteen numbers for each microsecond: this is the physical part. */
    us: one.timestamp.counter / 16,
    server: one.timestamp.server,
  }))
  // The origin of the wall clocks: server 2's is right throughout.
  const right = all.filter(({ server }) => server === 2).map(({ at, us }) => us / 1000 - at)
  const zero = right.toSorted((a, b) => a - b)[right.length >> 1]!
  const values = all.map(({ at, us, server }) => ({
    at: Math.round(at * 100) / 100,
    number: Math.round((us / 1000 - zero) * 100) / 100,
    colour: seriesColour(server === 1 ? 4 : 0),
  }))
  const x = quantitative(
    'at',
    'true time, ms',
    { domain: [fromMs, toMs] },
    { format: 'd', values: [2960, 3000, 3040, 3080, 3120] },
  )
  const y = quantitative(
    'number',
    'physical part of the timestamp, ms',
    { domain: [2930, 3125] },
    { grid: true, format: 'd', values: [2950, 3000, 3050, 3100] },
  )
  const clock = [
    { at: 2960, number: 2960, leg: 1 },
    { at: 3000, number: 3000, leg: 1 },
    { at: 3000, number: 3000 - skewMs, leg: 2 },
    { at: toMs, number: toMs - skewMs, leg: 2 },
  ]
  const text: Label[] = [
    { x: 3098, y: 3100, text: 'server 2', colour: seriesColour(0), align: 'right', dy: -12 },
    {
      x: 3003,
      y: 3000,
      text: 'server 1 does not go\nback: it counts in the\nlogical part',
      colour: seriesColour(4),
      dy: 14,
    },
    { x: 3119, y: 3008, text: 'sessions that have seen\nmore push it on', colour: seriesColour(4), align: 'right' },
    { x: 3003, y: 2946, text: "server 1's wall clock, set back by 50 ms", colour: ink('muted'), dx: 26, dy: 12 },
  ]
  return {
    ...framed(300),
    layer: [
      {
        data: { values: clock },
        mark: { type: 'line', color: ink('muted'), strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: { x, y, detail: { field: 'leg', type: 'nominal' } },
      },
      rule(3000, x),
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 22, opacity: 0.9 },
        encoding: { x, y, color: { field: 'colour', type: 'nominal', scale: null } },
      },
      ...labels(text, x, y),
    ],
  }
}

const CRASH = {
  taas: libraryText('taas-timestamp-crash', { 'reads: 0.3': 'reads: 0' }),
  oracle: libraryText('oracle-stall', { 'reads: 0.3': 'reads: 0' }),
}

/** Both services lose a server at four seconds: how long did each write take? */
function drawCrash(): TopLevelSpec {
  const x = quantitative('at', 'time, s', { domain: [0, 12] })
  const y = {
    ...quantitative('ms', 'write latency, log scale', { type: 'log', domain: [1, 4000] }),
    axis: {
      title: 'latency of each write, log scale',
      grid: true,
      values: [1, 10, 100, 1000],
      labelExpr: 'datum.value >= 1000 ? datum.value / 1000 + " s" : datum.value + " ms"',
    },
  }
  const dots = (name: 'taas' | 'oracle') =>
    stamped(simulated(CRASH[name])).map((one) => ({
      at: Math.round(one.intendedUs / 1e4) / 100,
      ms: Number(((one.endUs - one.intendedUs) / 1000).toPrecision(3)),
      colour: seriesColour(name === 'taas' ? 2 : 1),
    }))
  const thinned = (name: 'taas' | 'oracle') =>
    dots(name).filter((dot, index) => index % 4 === 0 || (dot.ms > 60 && index % 2 === 0))
  return {
    ...framed(280),
    layer: [
      band(4, 8, x),
      rule(4, x),
      {
        data: { values: [...thinned('oracle'), ...thinned('taas')] },
        mark: { type: 'point', filled: true, size: 14, opacity: 0.75 },
        encoding: { x, y, color: { field: 'colour', type: 'nominal', scale: null } },
      },
      ...labels(
        [
          {
            x: 6.2,
            y: 2000,
            text: "oracle: every write waits until\nthe dead leader's lease runs out",
            colour: seriesColour(1),
          },
          { x: 5.6, y: 20, text: 'taas: the other two go on', colour: seriesColour(2) },
          { x: 4, y: 1.2, text: 'one server down', colour: ink('band'), dx: 6 },
        ],
        x,
        y,
      ),
    ],
  }
}

export const TIMESTAMP_PICTURES: readonly Picture[] = [
  {
    name: 'odd-even',
    shows: ['odd-even'],
    caption:
      'Two servers count on their own and drift apart, so a write that was sent after another had been answered gets the smaller number.',
    origin: 'odd-even-inversion, seed 1, simulated; a bar is a write, from its sending to its answer',
    draw: drawOddEven,
  },
  {
    name: 'timestamps-under-a-crash',
    shows: ['taas', 'oracle'],
    caption:
      'One of three timestamp servers dies for four seconds: under taas no write waits, under oracle all of them wait for the rest of the lease.',
    origin: 'taas-timestamp-crash and oracle-stall, writes only, seed 1, simulated',
    draw: drawCrash,
  },
  {
    name: 'hybrid',
    shows: ['hybrid'],
    caption:
      'A wall clock is set back by 50 ms: the timestamps of its server stand still and count in their logical part until the clock has caught up, and are behind those of the other server from then on.',
    origin: 'hybrid-skew at 1,500 writes/s, seed 1, simulated; a dot is a write',
    draw: drawHybrid,
  },
]
