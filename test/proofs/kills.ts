/**
 * kill -9 at a random moment of a run's life, from its start to its end, of the harness or of one of its children, and what
 * is left after the next start (of `down`, which sweeps as every start does). Forms of the network take turns. Moments are
 * drawn from the attempt's number and spread evenly over the life that a run of that form had when nobody was killed; how
 * far this one has come by then is the machine's doing, and who the children are by then is found in the process table.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type RandomStream, RandomStreams } from '../../scenarios/chance/random.ts'
import type { NetworkForm } from '../../scenarios/worlds.ts'
import { type Child, type Ended, FAULTS_MS, KilledRun } from './killed-run.ts'
import { type Stamp, stamp } from './stamp.ts'
import { counted, spread, sum, table } from './table.ts'
import type { TrialFile } from './trial-file.ts'

export const KILLS = 100

const FORMS: readonly NetworkForm[] = ['namespaces', 'proxy', 'direct']
/** Of a form's life, each hit in its turn: chance alone leaves parts out. */
const PARTS = 8
/** A process that was killed takes the kernel a moment. */
const GONE_MS = 10_000
const NOBODY = 'nobody'
const MOST_BROKEN_OFF = 20

export interface Kill extends Stamp {
  readonly turn: number
  readonly form: NetworkForm
  readonly victim: string
  readonly during: 'setting up' | 'faults' | 'taking down' | 'its whole life'
  /** From the start of the run. */
  readonly atMs: number
  /** What there was at that moment, by its kind. */
  readonly inUse: Readonly<Record<string, number>>
  /** How the harness ended. */
  readonly code: Ended
  readonly swept: string
  /** Processes, ports, namespaces, devices, rules, cgroups, mounts, shared memory, records, directories. */
  readonly left: readonly string[]
  readonly tookMs: number
}

/** Of a run in which nobody is killed. */
interface Life {
  readonly firstFaultMs: number
  readonly wholeMs: number
}

interface Campaign {
  readonly file: TrialFile<Kill>
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  readonly lives: Map<NetworkForm, Life>
  /** Runs that ended before their time though nobody was killed. */
  brokenOff: number
}

export async function killAgainAndAgain(
  file: TrialFile<Kill>,
  count: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const campaign: Campaign = { file, say, signal, lives: new Map(), brokenOff: 0 }
  const made = () => file.lines.filter(({ victim }) => victim !== NOBODY).length
  for (let turn = made(); turn < count && !signal.aborted; turn = made()) {
    const form = FORMS[turn % FORMS.length]!
    const life = campaign.lives.get(form)
    await (life === undefined ? liveOnce(campaign, form, turn) : killOnce(campaign, form, life, turn))
  }
}

/** A run that lives to its end, and leaves nothing either: how long that is. */
function liveOnce(campaign: Campaign, form: NetworkForm, turn: number): Promise<void> {
  return withRun(campaign, form, async (run) => {
    await run.firstFault()
    const firstFaultMs = run.ageMs
    const inUse = await afterwards(FAULTS_MS, run)
    const code = await run.ended
    if (campaign.signal.aborted) return
    learn(campaign, form, run, firstFaultMs, code)
    await note(campaign, run, { ...{ turn, form, inUse, code }, victim: NOBODY, during: 'its whole life' })
  })
}

/** What one took that came to its end; on a machine that is very busy one may break off. */
function learn(campaign: Campaign, form: NetworkForm, run: KilledRun, firstFaultMs: number, code: Ended): void {
  if (code === 0 || code === 1) campaign.lives.set(form, { firstFaultMs, wholeMs: run.ageMs })
  else {
    campaign.say(`a run with ${form} ended with code ${code}: ${run.lastWords}`)
    if (++campaign.brokenOff > MOST_BROKEN_OFF) throw new Error(`${campaign.brokenOff} runs broke off by themselves`)
  }
}

/** Ended at once when the campaign is. */
async function withRun(
  { signal }: Campaign,
  form: NetworkForm,
  body: (run: KilledRun) => Promise<void>,
): Promise<void> {
  const run = new KilledRun(form)
  const end = () => run.end()
  signal.addEventListener('abort', end)
  try {
    await body(run)
  } finally {
    signal.removeEventListener('abort', end)
    await run.close()
  }
}

/** What is in use by then. */
async function afterwards(ms: number, run: KilledRun): Promise<Kill['inUse']> {
  await Promise.race([sleep(ms), run.ended])
  return inUseOf(run)
}

/** A run that was quicker than expected has nobody left to kill: its attempt is made again with what it took. */
function killOnce(campaign: Campaign, form: NetworkForm, life: Life, turn: number): Promise<void> {
  const stream = new RandomStreams(turn + 1).stream('kill')
  const part = Math.floor(turn / FORMS.length) % PARTS
  const momentMs = ((part + stream.uniform()) / PARTS) * life.wholeMs
  return withRun(campaign, form, async (run) => {
    const isSetUp = momentMs >= life.firstFaultMs
    if (isSetUp) await run.firstFault()
    const faultsMs = momentMs - life.firstFaultMs
    const inUse = await afterwards(isSetUp ? faultsMs : momentMs, run)
    if (campaign.signal.aborted) return
    if (run.hasEnded) return learn(campaign, form, run, life.firstFaultMs, await run.ended)
    const victim = victimOf(run, stream)
    const atMs = run.ageMs
    process.kill(victim.pid, 'SIGKILL')
    const during = !isSetUp ? 'setting up' : faultsMs < FAULTS_MS ? 'faults' : 'taking down'
    const code = await run.ended
    if (campaign.signal.aborted) return
    await note(campaign, run, { ...{ turn, form, inUse, code, during }, victim: victim.name, atMs })
  })
}

/** As often the harness as one of its children, where there are any; of these each kind as often. */
function victimOf(run: KilledRun, stream: RandomStream): Child {
  const [isChild, kind, which] = [stream.uniform() < 0.5, stream.uniform(), stream.uniform()]
  const { children } = run
  const kinds = [...new Set(children.map(({ name }) => name))].sort()
  const name = kinds[Math.floor(kind * kinds.length)]
  const same = children.filter((child) => child.name === name)
  const chosen = same[Math.floor(which * same.length)]
  return isChild && chosen !== undefined ? chosen : { name: 'harness', pid: run.pid }
}

type Made = Omit<Kill, keyof Stamp | 'atMs' | 'swept' | 'left' | 'tookMs'> & { readonly atMs?: number }

/** Looks for what is left: by a harness that ended in order before anybody sweeps, by any after the next start. */
async function note({ file, say }: Campaign, run: KilledRun, made: Made): Promise<void> {
  const { records } = run
  const atMs = Math.round(made.atMs ?? run.ageMs)
  const isLate = made.code === 'late'
  if (isLate) run.end()
  const before = made.code === null || isLate ? [] : await leftOf(run, records)
  const { code, text } = await run.down()
  const left = [...before.map((one) => `${one} (before the next start)`), ...(await leftOf(run, records))]
  if (isLate) left.push(`the run itself, which had not ended: ${run.lastWords}`)
  if (code !== 0) left.push(`\`down\` ended with code ${code}`)
  const kill: Kill = { ...made, ...stamp(), atMs, swept: text, left, tookMs: Math.round(run.ageMs) }
  file.append(kill)
  const { turn, form, victim, during, inUse, tookMs } = kill
  const things = Object.entries(inUse).map(([kind, number]) => `${number} ${kind}`)
  say(
    `${turn + 1}: ${form}, ${victim} after ${atMs} ms (${during}) with ${things.join(', ')}; ${left.length} left; ${tookMs} ms`,
  )
  for (const one of left) say(`  LEFT: ${one}`)
}

async function leftOf(run: KilledRun, records: KilledRun['records']): Promise<readonly string[]> {
  let looks = 0
  for (const endMs = performance.now() + GONE_MS; performance.now() < endMs; await sleep(50)) {
    // Twice: a process that is just becoming another program has no environment, and so no mark.
    looks = run.left(records).length === 0 ? looks + 1 : 0
    if (looks === 2) return []
  }
  return run.left(records)
}

function inUseOf({ children, records }: KilledRun): Kill['inUse'] {
  const kinds = [
    ...children.map(({ name }) => name),
    ...records.flatMap(({ belongings = [] }) => belongings.map(({ kind }) => kind)),
  ]
  return Object.fromEntries([...new Set(kinds)].sort().map((kind) => [kind, kinds.filter((k) => k === kind).length]))
}

export function killsText(kills: readonly Kill[]): string {
  const use = (all: readonly Kill[], kind: string) => spread(all.map(({ inUse }) => inUse[kind] ?? 0))
  const of = (all: readonly Kill[]) => [
    `${all.length}`,
    spread(all.map(({ atMs }) => atMs)),
    spread(all.map(({ inUse }) => sum(Object.values(inUse)))),
    ...['namespace', 'cgroup', 'mount', 'strace'].map((kind) => use(all, kind)),
    `${sum(all.map(({ left }) => left.length))}`,
    spread(all.map(({ loadAverage }) => loadAverage)),
  ]
  const groups = (title: string, keyOf: (kill: Kill) => string) => {
    const keys = [...new Set(kills.map(keyOf))].sort()
    const head = [title, 'runs', 'after ms', 'things', 'namespaces', 'cgroups', 'mounts', 'tracers', 'left', 'load']
    return table(
      head,
      keys.map((key) => [key, ...of(kills.filter((kill) => keyOf(kill) === key))]),
    )
  }
  return [
    '## kills: kill -9 at random moments, and what is left after the next start',
    `Numbers: median / p95 / max. Commits: ${counted(kills.map(({ commit }) => commit))}.`,
    groups('network, while', ({ form, during }) => `${form}, ${during}`),
    groups('victim', ({ victim }) => victim),
    ...kills.flatMap(({ turn, left }) => left.map((one) => `- ${turn + 1}: ${one}`)),
  ].join('\n\n')
}
