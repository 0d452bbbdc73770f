/**
 * The whole system for an hour, with the dashboard open and a fault every 30 s:
 *
 *   npm run soak [-- --minutes 60 --settle 10 --out DIR]
 *
 * It writes all the while and reads back what was acknowledged, listens to the events across restarts of the coordinator,
 * and looks at the memory of every process and of the page every 10 s; what it sees is appended to samples.jsonl in
 * `--out` (out/soak/ otherwise) as it goes. Exit code 1: something grew, got lost, was missed or was not handled.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { SystemSnapshot } from '../../real/services/wire.ts'
import { call } from '../real/services/call.ts'
import { EventFollower } from '../real/services/coordinator/event-follower.ts'
import { FaultPlan } from './faults.ts'
import type { MemorySample } from './growth.ts'
import { SoakedSystem } from './soaked-system.ts'
import { type Soaked, verdictOf } from './verdict.ts'
import { WatchedPage } from './watched-page.ts'
import { Writers } from './writers.ts'

const SAMPLE_EVERY_MS = 10_000
const SAMPLES_PER_LINE = 6
/** The last fault is mended, and everybody has been told. */
const QUIET_MS = 10_000
const MIB = 2 ** 20

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    settle: { type: 'string', default: '10' },
    out: { type: 'string', default: fileURLToPath(new URL('../../out/soak', import.meta.url)) },
  },
})
const durationMs = Number(values.minutes) * 60_000
const out = resolve(values.out, new Date().toISOString().replaceAll(/[:.]/g, '-'))
mkdirSync(out, { recursive: true })

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)
const note = (kind: string, data: object) =>
  appendFileSync(join(out, 'samples.jsonl'), `${JSON.stringify({ kind, atMs: Date.now(), ...data })}\n`)

const over = new AbortController()
process.on('SIGINT', () => over.abort())
process.on('SIGTERM', () => over.abort())

const system = await SoakedSystem.start(join(out, 'state'))
let page: WatchedPage | null = null
try {
  const { port } = system
  say(`up at http://127.0.0.1:${port}/, ${values.minutes} minutes, samples in ${out}`)
  page = await WatchedPage.open(`http://127.0.0.1:${port}/`)
  const follower = new EventFollower(port)
  const writers = new Writers(port)
  const faults = new FaultPlan(port, durationMs, say)
  const breaking = faults.run(over.signal)
  const memory = await watched(page, writers)
  await breaking
  await sleep(QUIET_MS)
  const soaked = await ended(page, follower, writers, faults, memory)
  const { text, isWell } = verdictOf(soaked, Number(values.settle) * 60_000)
  note('verdict', { isWell, text })
  console.log(text)
  process.exitCode = isWell ? 0 : 1
} finally {
  await page?.close()
  await system.stop()
}

/** Looks at everybody's memory until the time is over. */
async function watched(dashboard: WatchedPage, writers: Writers): Promise<MemorySample[]> {
  const memory: MemorySample[] = []
  const beganMs = performance.now()
  for (let turn = 1; turn * SAMPLE_EVERY_MS <= durationMs && !over.signal.aborted; turn++) {
    await sleep(Math.max(0, beganMs + turn * SAMPLE_EVERY_MS - performance.now()), undefined, {
      signal: over.signal,
    }).catch(() => {})
    const atMs = performance.now() - beganMs
    const heapBytes = await dashboard.heapBytes()
    const renderer = await dashboard.residentSet()
    const looks = [
      ...system.residentSets(),
      { name: 'page', ...renderer },
      { name: 'page, JavaScript heap', pid: renderer.pid, bytes: heapBytes },
    ]
    memory.push(...looks.map((look) => ({ atMs, ...look })))
    note('memory', { sinceStartMs: Math.round(atMs), looks, acknowledged: writers.acknowledged })
    // Every page within each window of the verdict.
    if (turn % 2 === 0) await dashboard.turn()
    if (turn % SAMPLES_PER_LINE === 0) {
      const sizes = looks.map(({ name, bytes }) => `${name} ${(bytes / MIB).toFixed(1)}`).join(', ')
      say(
        `${(atMs / 60_000).toFixed(0)} min, ${writers.acknowledged} of ${writers.written} acknowledged; MiB: ${sizes}`,
      )
    }
  }
  return memory
}

async function ended(
  dashboard: WatchedPage,
  follower: EventFollower,
  writers: Writers,
  faults: FaultPlan,
  memory: readonly MemorySample[],
): Promise<Soaked> {
  const rows = await writers.readBack()
  const alarms = system.alarms()
  await sleep(2_000)
  const before = (await call(port(), '/state')).json as unknown as SystemSnapshot
  await sleep(2_000)
  follower.stop()
  return {
    memory,
    rows,
    alarms,
    follower,
    lastEventId: before.lastEventId,
    page: await dashboard.events(),
    complaints: dashboard.complaints,
    injected: faults.injected,
    refused: faults.refused,
    endedBy: over.signal.aborted ? 'a signal' : 'its time',
  }
}

function port(): number {
  return system.port
}
