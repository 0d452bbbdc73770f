/**
 * The whole system for an hour, with the dashboard open and a random fault every 20 s:
 *
 *   npm run soak [-- --minutes 60 --settle 10 --seed 1 --out DIR]
 *
 * It writes all the while and reads back what was acknowledged, listens to the events across restarts of the coordinator,
 * and looks at memory, files, sockets and threads of every process and at the memory of the page every 10 s, and now and
 * then at what is left of memory after a collection; what it sees is appended to samples.jsonl in `--out` (out/soak/
 * otherwise) as it goes. Exit code 1: something grew, got lost, was missed or was not handled.
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
import type { Sample } from './growth.ts'
import { HeldMemory } from './held-memory.ts'
import { lookAtProcess } from './process-look.ts'
import { SoakedSystem } from './soaked-system.ts'
import { METRICS, type Metric, type Soaked, verdictOf } from './verdict.ts'
import { WatchedPage } from './watched-page.ts'
import { Writers } from './writers.ts'

const SAMPLE_EVERY_MS = 10_000
const SAMPLES_PER_LINE = 6
/** Each window of the verdict has one; more would collect all garbage before it can be seen. */
const SAMPLES_PER_COLLECTION = 11
/** The last fault is mended, and everybody has been told. */
const QUIET_MS = 10_000
const MIB = 2 ** 20

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    settle: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
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

const held = new HeldMemory(out)
const system = await SoakedSystem.start(join(out, 'state'), held.nodeOptions)
let page: WatchedPage | null = null
try {
  const { port } = system
  say(`up at http://127.0.0.1:${port}/, ${values.minutes} minutes, samples in ${out}`)
  page = await WatchedPage.open(`http://127.0.0.1:${port}/`)
  const follower = new EventFollower(port)
  const writers = new Writers(port)
  const faults = new FaultPlan(port, durationMs, Number(values.seed), say)
  const breaking = faults.run(over.signal)
  const samples = await watched(page, writers)
  await breaking
  await sleep(QUIET_MS)
  const soaked = await ended(page, follower, writers, faults, samples)
  const { text, isWell } = verdictOf(soaked, Number(values.settle) * 60_000)
  note('verdict', { isWell, text })
  console.log(text)
  process.exitCode = isWell ? 0 : 1
} finally {
  await page?.close()
  await system.stop()
}

/** Looks at everybody until the time is over. */
async function watched(dashboard: WatchedPage, writers: Writers): Promise<Soaked['samples']> {
  const samples = Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, [] as Sample[]])) as Record<
    Metric,
    Sample[]
  >
  const beganMs = performance.now()
  for (let turn = 1; turn * SAMPLE_EVERY_MS <= durationMs && !over.signal.aborted; turn++) {
    await sleep(Math.max(0, beganMs + turn * SAMPLE_EVERY_MS - performance.now()), undefined, {
      signal: over.signal,
    }).catch(() => {})
    const atMs = Math.round(performance.now() - beganMs)
    const take = (metric: Metric, name: string, pid: number, value: number) =>
      samples[metric].push({ atMs, name, pid, value })
    const before = Object.values(samples).map(({ length }) => length)
    const heapBytes = await dashboard.heapBytes()
    const renderer = await dashboard.residentSet()
    take('resident', 'page', renderer.pid, renderer.bytes)
    take('held', 'page, JavaScript heap', renderer.pid, heapBytes)
    const { processes } = system
    for (const { name, pid } of processes) {
      const look = lookAtProcess(pid)
      if (look === null) continue
      take('resident', name, pid, look.memoryBytes)
      take('files', name, pid, look.files)
      take('sockets', name, pid, look.sockets)
      take('threads', name, pid, look.threads)
    }
    take('processes', 'all', 0, system.family)
    if (turn % SAMPLES_PER_COLLECTION === 0)
      for (const { name, pid } of processes) {
        const left = await held.of(pid)
        if (left === null) continue
        take('held', name, pid, left.heapBytes + left.externalBytes)
        take('beside', name, pid, left.besideBytes)
      }
    const looks = Object.entries(samples).map(([metric, all], i) => [metric, all.slice(before[i])] as const)
    note('samples', { ...Object.fromEntries(looks), acknowledged: writers.acknowledged })
    // Every page within each window of the verdict.
    if (turn % 2 === 0) await dashboard.turn()
    if (turn % SAMPLES_PER_LINE === 0) {
      const sizes = samples.resident
        .slice(before[0])
        .map(({ name, value }) => `${name} ${(value / MIB).toFixed(1)}`)
        .join(', ')
      say(
        `${(atMs / 60_000).toFixed(0)} min, ${writers.acknowledged} of ${writers.written} acknowledged; MiB: ${sizes}`,
      )
    }
  }
  return samples
}

async function ended(
  dashboard: WatchedPage,
  follower: EventFollower,
  writers: Writers,
  faults: FaultPlan,
  samples: Soaked['samples'],
): Promise<Soaked> {
  const rows = await writers.readBack()
  const alarms = system.alarms()
  await sleep(2_000)
  const before = (await call(port(), '/state')).json as unknown as SystemSnapshot
  await sleep(2_000)
  follower.stop()
  return {
    samples,
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
