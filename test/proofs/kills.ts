/**
 * kill -9 at a random moment of a run, of the harness or of one of its children, and what is left after the next start (of
 * `down`, which sweeps as every start does). Victims and moments come from the attempt's number, so an attempt can be made
 * again; how far the run had come by then is the machine's doing.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type OwnerRecord, readOwner } from '../../real/drivers/local/ownership.ts'
import { RandomStreams } from '../../scenarios/chance/random.ts'
import { Mark } from '../real/leftovers.ts'
import { entriesOf, leftOf } from './remains.ts'
import { type Stamp, stamp } from './stamp.ts'
import { counted, spread, sum, table } from './table.ts'
import type { TrialFile } from './trial-file.ts'

export const KILLS = 100

const COMMAND = fileURLToPath(new URL('../../cli/quorumlab.js', import.meta.url))
/** After the start, and after the first fault. */
const MOST_MS = 4_000
/** What the harness says of its first fault, and how long that may take on a busy machine. */
const FIRST_FAULT = /pause timestamp-1/
const FAULTY_MS = 60_000
/** A harness that has lost a child ends in order. */
const ENDS_MS = 60_000
const GONE_MS = 5_000

/** Everything that a run could leave is in use from its first second on. */
const SCENARIO = `
name: killed
cluster: { nodes: 3, coordinators: 2 }
workload: { ratePerSec: 50, clients: 4, duration: 30s, warmup: 1s }
faults:
  - { at: 200ms, pause: timestamp-1 }
  - { at: 400ms, pause: coordinator-2 }
  - { at: 600ms, pause: node2 }
  - { at: 800ms, crash: node3 }
`

export interface Kill extends Stamp {
  readonly turn: number
  readonly victim: string
  /** After the start, or after the first fault. */
  readonly afterMs: number
  readonly since: 'start' | 'first fault'
  /** What there was at that moment. */
  readonly processes: number
  readonly servers: number
  readonly belongings: number
  /** How the harness ended. */
  readonly code: number | null
  readonly swept: string
  /** Processes, ports, namespaces, devices, cgroups, mounts, records, directories. */
  readonly left: readonly string[]
  readonly tookMs: number
}

export async function killAgainAndAgain(
  file: TrialFile<Kill>,
  count: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let turn = file.lines.length; turn < count && !signal.aborted; turn++) {
    const kill = await killOnce(turn)
    if (signal.aborted) return
    file.append(kill)
    const { victim, afterMs, since, processes, servers, belongings, left, tookMs } = kill
    const what = `${servers} servers, ${processes} processes and ${belongings} other things`
    say(
      `${turn + 1}: ${victim} ${afterMs} ms after the ${since}, with ${what}; ${left.length} left; ${(tookMs / 1_000).toFixed(1)} s`,
    )
    for (const one of left) say(`  LEFT: ${one}`)
  }
}

async function killOnce(turn: number): Promise<Kill> {
  const beganMs = performance.now()
  const stream = new RandomStreams(turn + 1).stream('kill')
  const afterMs = Math.floor(stream.uniform() * MOST_MS)
  const since = turn % 2 === 0 ? 'start' : 'first fault'
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-kill-'))
  const state = join(folder, 'state')
  const root = join(state, 'quorumlab', 'clusters')
  const mark = new Mark()
  const [markName, markText] = mark.assignment.split('=')
  const environment = { ...process.env, XDG_STATE_HOME: state, [markName!]: markText }
  writeFileSync(join(folder, 'killed.yaml'), SCENARIO)
  const before = entriesOf(tmpdir())
  const words = ['run', join(folder, 'killed.yaml'), '--on', 'local', '--out', join(folder, 'out')]
  const harness = quorumlab(words, environment)
  try {
    if (since === 'first fault') await says(harness, FIRST_FAULT)
    await sleep(afterMs)
    const ids = entriesOf(root)
    const records = ids.map((id) => readOwner(join(root, id))).filter((record) => record !== null)
    const victim = victimOf(records[0] ?? null, harness, stream.uniform(), stream.uniform())
    process.kill(victim.pid, 'SIGKILL')
    const code = await ended(harness)
    const swept = (await output(quorumlab(['down'], environment))).trim()
    await gone(mark)
    const left = [
      ...mark.bearers().map(({ pid, command }) => `process ${pid}: ${command}`),
      ...entriesOf(root).map((id) => `record ${id}`),
      ...records.flatMap(leftOf),
      ...entriesOf(tmpdir()).filter((name) => !before.includes(name) && ids.some((id) => name.includes(id))),
    ]
    return {
      ...{ turn, ...stamp(), victim: victim.name, afterMs, since, code, swept, left },
      processes: sum(records.map(({ processes = {} }) => Object.keys(processes).length)),
      servers: sum(records.map(({ servers }) => Object.keys(servers).length)),
      belongings: sum(records.map(({ belongings = [] }) => belongings.length)),
      tookMs: Math.round(performance.now() - beganMs),
    }
  } finally {
    harness.kill('SIGKILL')
    for (const { pid } of mark.bearers()) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every second time the harness; else one of its children, where there are any yet. */
function victimOf(
  record: OwnerRecord | null,
  harness: ChildProcess,
  which: number,
  whom: number,
): { readonly name: string; readonly pid: number } {
  const { processes = {}, servers = {} } = record ?? {}
  const children = Object.entries({ ...processes, ...servers }).map(([name, { pid }]) => ({ name, pid }))
  const victim = which < 0.5 ? undefined : children[Math.floor(whom * children.length)]
  return victim ?? { name: 'harness', pid: harness.pid! }
}

function quorumlab(words: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...words], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function output(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await ended(child)
  return text
}

function says(child: ChildProcess, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const end = () => {
      clearTimeout(timer)
      reject(new Error(`waited in vain for ${what}: ${text.slice(-500)}`))
    }
    const timer = setTimeout(end, FAULTY_MS)
    child.once('close', end)
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (!what.test(text)) return
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Null: by a signal. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${child.spawnargs.join(' ')} did not end`)), ENDS_MS)
    child.stdout!.resume()
    child.stderr!.resume()
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })
}

/** A process that was killed takes the kernel a moment. */
async function gone(mark: Mark): Promise<void> {
  for (const endMs = performance.now() + GONE_MS; performance.now() < endMs && mark.bearers().length > 0; )
    await sleep(50)
}

export function killsText(kills: readonly Kill[]): string {
  const of = (all: readonly Kill[]) => [
    `${all.length}`,
    spread(all.map(({ afterMs }) => afterMs)),
    spread(all.map(({ processes }) => processes)),
    spread(all.map(({ servers }) => servers)),
    spread(all.map(({ belongings }) => belongings)),
    `${sum(all.map(({ left }) => left.length))}`,
    spread(all.map(({ loadAverage }) => loadAverage)),
  ]
  const kinds = [...new Set(kills.map(kindOf))].sort()
  const head = ['victim, since', 'kills', 'after ms', 'processes', 'servers', 'namespaces and such', 'left', 'load']
  return [
    '## kills: kill -9 at random moments, and what is left after the next start',
    `Numbers: median / p95 / max. Commits: ${counted(kills.map(({ commit }) => commit))}.`,
    table(head, [
      ...kinds.map((kind) => [kind, ...of(kills.filter((kill) => kindOf(kill) === kind))]),
      ['all', ...of(kills)],
    ]),
    ...kills.flatMap(({ turn, left }) => left.map((one) => `- ${turn + 1}: ${one}`)),
  ].join('\n\n')
}

function kindOf({ victim, since }: Kill): string {
  return `${victim}, ${since}`
}
