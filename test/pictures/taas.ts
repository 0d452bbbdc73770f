/** Sessions of TaaS as messages between a client and its three servers, before and after one of them dies. */
import type { TopLevelSpec } from 'vega-lite'
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { TimestampServer } from '../../algorithms/servers.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { ink, seriesColour } from '../../scenarios/shown/palette.ts'
import { SimCluster } from '../../sim/mysql/cluster.ts'
import { framed, type Label, labels, quantitative } from './drawing.ts'
import type { Picture } from './picture.ts'
import { type Message, withMessages } from './simulation.ts'

const TEXT = `
name: taas
cluster: { nodes: 2, timestampServers: 3 }
algorithms: { timestamps: taas }
network:
  default: { delay: { lognormal: { median: 200us, sigma: 0.1 } } }
  links:
    "*->timestamp-1": { delay: { lognormal: { median: 150us, sigma: 0.1 } } }
    "*->timestamp-3": { delay: { lognormal: { median: 260us, sigma: 0.1 } } }
    "timestamp-3->*": { delay: { lognormal: { median: 260us, sigma: 0.1 } } }
`
const SERVERS = ['timestamp-1', 'timestamp-2', 'timestamp-3']
const BOOT_US = 1_000_000
/** Sessions that nobody draws, so that the servers' counters differ as they do in life. */
const EARLIER = 7
const FIRST_AT_US = 300
const SECOND_AT_US = 2_100
const CRASH_AT_US = 1_750
const END_US = 3_400

interface Session {
  readonly beganUs: number
  readonly endedUs: number
  readonly timestamp: Timestamp
}

interface Exchange {
  readonly sessions: readonly Session[]
  readonly messages: readonly Message[]
}

function run(): Exchange {
  const cluster = new SimCluster(parseScenario(TEXT, 'taas.yaml'), 3)
  const { queue } = cluster.kernel
  for (const name of SERVERS) cluster.hosts.get(name)!.boot()
  const process = new FiberProcess('client', cluster.world, (error) => {
    throw error
  })
  const servers = SERVERS.map((name): TimestampServer => ({ name, kind: 'timestamp' }))
  const client = TIMESTAMP_ALGORITHMS.taas.client(servers, { requestUs: 50_000, giveUpUs: 1_000_000 })
  const sessions: Session[] = []
  const ask = () =>
    process.spawn(
      'session',
      (function* () {
        const beganUs = queue.now
        const timestamp = yield* client.next(null)
        if (timestamp !== null) sessions.push({ beganUs, endedUs: queue.now, timestamp })
      })(),
    )
  queue.run(BOOT_US)
  for (let i = 0; i < EARLIER; i++) {
    ask()
    queue.run(queue.now + 5_000)
  }
  sessions.length = 0
  const startUs = queue.now
  const { messages } = withMessages(() => {
    queue.after(FIRST_AT_US, ask, undefined)
    queue.after(CRASH_AT_US, () => cluster.hosts.get('timestamp-2')!.crash(), undefined)
    queue.after(SECOND_AT_US, ask, undefined)
    queue.run(startUs + END_US)
  })
  const shift = (us: number) => us - startUs
  return {
    sessions: sessions.map((one) => ({ ...one, beganUs: shift(one.beganUs), endedUs: shift(one.endedUs) })),
    messages: messages
      .filter(({ from, to }) => from === 'client' || to === 'client')
      .map((one) => ({
        ...one,
        sentUs: shift(one.sentUs),
        arrivedUs: one.arrivedUs === null ? null : shift(one.arrivedUs),
      })),
  }
}

const LANES = ['client', ...SERVERS]
const TICKS = [0, 0.5, 1, 1.5, 2, 2.5, 3]

function draw(): TopLevelSpec {
  const { sessions, messages } = run()
  const x = quantitative('from', 'time, ms', { domain: [0.1, END_US / 1000] }, { values: TICKS })
  const lane = (name: string) => LANES.length - LANES.indexOf(name)
  const y = quantitative('y', null, { domain: [0.55, LANES.length + 0.45] }, null)
  const atMs = (us: number) => us / 1000
  const colour = (name: string) => seriesColour([0, 1, 2][SERVERS.indexOf(name)]!)
  const lines = messages.flatMap(({ from, to, sentUs, arrivedUs, call, isReply }) => {
    if (arrivedUs === null) return []
    const isPush = (call?.request as { readonly after?: number } | undefined)?.after !== 0
    const isRefused = call?.outcome?.kind === 'failed'
    const server = isReply ? from : to
    const shade = isRefused ? ink('line') : colour(server)
    return [
      {
        from: atMs(sentUs),
        to: atMs(arrivedUs),
        a: lane(from),
        b: lane(to),
        colour: shade,
        dash: isPush ? [4, 3] : [1, 0],
      },
    ]
  })
  const answers = messages.flatMap(({ from, sentUs, call, isReply }): Label[] => {
    const reply = call?.outcome?.kind === 'ok' ? (call!.outcome.reply as { readonly timestamp: Timestamp }) : null
    if (!isReply || reply === null) return []
    const { counter } = reply.timestamp
    return [{ x: atMs(sentUs), y: lane(from), text: `${counter}`, colour: colour(from), align: 'center', dy: 13 }]
  })
  const rows = LANES.map((name) => ({
    name,
    y: lane(name),
    to: name === 'timestamp-2' ? atMs(CRASH_AT_US) : atMs(END_US),
  }))
  return {
    ...framed(300),
    layer: [
      {
        data: { values: rows.map((row) => ({ ...row, from: 0.1 })) },
        mark: { type: 'rule', color: ink('muted'), opacity: 0.55 },
        encoding: { x, x2: { field: 'to' }, y },
      },
      {
        data: { values: lines },
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: {
          x,
          x2: { field: 'to' },
          y: { ...y, field: 'a' },
          y2: { field: 'b' },
          stroke: { field: 'colour', type: 'nominal', scale: null },
          strokeDash: { field: 'dash', type: 'nominal', scale: null },
        },
      },
      {
        data: {
          values: sessions.map(({ beganUs, endedUs }) => ({
            from: atMs(beganUs),
            to: atMs(endedUs),
            y: lane('client'),
          })),
        },
        mark: { type: 'rule', strokeWidth: 9, strokeCap: 'round', color: ink('ink') },
        encoding: { x, x2: { field: 'to' }, y },
      },
      {
        data: { values: [{ from: atMs(CRASH_AT_US), y: lane('timestamp-2') }] },
        mark: { type: 'point', shape: 'cross', angle: 45, size: 190, filled: true, color: ink('band') },
        encoding: { x, y },
      },
      ...labels(
        [
          ...LANES.map(
            (name): Label => ({
              x: 0.1,
              y: lane(name),
              text: name.replace('timestamp-', 'server '),
              align: 'right',
              dx: -8,
              colour: name === 'client' ? ink('ink') : colour(name),
            }),
          ),
          ...answers,
          ...sessions.map(
            ({ beganUs, timestamp: { counter, server } }, index): Label => ({
              x: atMs(index === 0 ? beganUs : END_US),
              y: lane('client'),
              align: index === 0 ? 'left' : 'right',
              text: `${index === 0 ? 'one round trip' : 'two round trips'}: (${counter}, server ${server})`,
              dy: -18,
              dx: index === 0 ? -4 : 8,
              bold: true,
            }),
          ),
          { x: atMs(CRASH_AT_US), y: lane('timestamp-2'), text: 'dies', colour: ink('band'), align: 'center', dy: 18 },
        ],
        x,
        y,
      ),
    ],
  }
}

export const TAAS_PICTURE: Picture = {
  name: 'taas',
  shows: ['taas'],
  caption:
    'A session asks all servers and takes the second smallest answer as soon as two counters are known to have reached it: at once while all answer, after one more round (dashed) when a server is dead.',
  origin: 'TaaS with three servers, seed 3, simulated; numbers: the answers; grey: refused requests',
  draw,
}
