/**
 * Cleans up after a quorumlab that was killed: finds clusters whose owner is dead, kills their servers and processes,
 * removes their directories. Runs at every start and by `down`. It can never touch a stranger's process: one is killed only
 * when its command line says that its data lies in a directory that quorumlab made for that very cluster, or when pid and
 * start time are those that the owner wrote down.
 */
import { readdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { EnvironmentError } from '../environment-error.ts'
import { type Belonging, belongingsText, removeBelongings } from './belongings.ts'
import { killOwned, type OwnerRecord, readOwner, removeTree, stateRoot } from './ownership.ts'
import { allProcesses, isSameProcess, signalQuietly, untilGone } from './process-table.ts'

export interface Swept {
  readonly id: string
  readonly servers: number
  /** Coordinators, timestamp servers and clients that were still there: a fault had paused them. */
  readonly processes: number
  readonly directories: readonly string[]
  /** What else the owner had noted. */
  readonly belongings: readonly Belonging[]
  /** Why something is left; null: nothing is. */
  readonly refusal: string | null
}

const DEATH_DEADLINE_MS = 10_000
/** A directory without a record: its owner is just being born, or died in that moment long ago. */
const UNBORN_MS = 60_000

export async function sweep(root: string = stateRoot()): Promise<Swept[]> {
  const swept: Swept[] = []
  for (const id of list(root)) {
    const directory = join(root, id)
    const record = readOwner(directory)
    if (record === null) {
      if (ageMs(directory) > UNBORN_MS) removeTree(directory)
      continue
    }
    if (!isHere(record) || isAlive(record)) continue
    swept.push(await sweepOne(record, directory))
  }
  return swept
}

async function sweepOne(record: OwnerRecord, directory: string): Promise<Swept> {
  const { id, directories, belongings = [] } = record
  let [servers, processes] = [0, 0]
  try {
    processes = await killProcesses(record)
    servers = await killServersIn(directories)
    removeBelongings(belongings)
    for (const path of directories) removeTree(path)
    removeTree(directory)
    return { id, servers, processes, directories, belongings, refusal: null }
  } catch (error) {
    // Somebody else's, started with our state directory: no reason not to start a cluster of our own.
    if (!['EPERM', 'EACCES', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return { id, servers, processes, directories: [], belongings: [], refusal: (error as Error).message }
  }
}

/** `4 servers and 1 process ended, 1 folder removed` */
export function sweptText({ servers, processes, directories, belongings, refusal }: Swept): string {
  if (refusal !== null) return `not removed, ${refusal}: run \`down\` as the user who had started it`
  const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`
  const others = processes === 0 ? '' : ` and ${counted(processes, 'other process', 'other processes')}`
  const things = belongings.length === 0 ? '' : ` and ${belongingsText(belongings)}`
  return `${counted(servers, 'server', 'servers')}${others} ended, ${counted(directories.length, 'folder', 'folders')}${things} removed`
}

export interface KnownClusters {
  /** Their owner lives. */
  readonly living: readonly OwnerRecord[]
  /** Their owner was killed, and nothing has removed them yet. */
  readonly left: readonly OwnerRecord[]
}

/** The clusters of this host, for `status`. */
export function knownClusters(root: string = stateRoot()): KnownClusters {
  const here = list(root)
    .map((id) => readOwner(join(root, id)))
    .filter((record) => record !== null)
    .filter(isHere)
  return { living: here.filter(isAlive), left: here.filter((record) => !isAlive(record)) }
}

/** Pids mean something on one host alone. */
function isHere({ host }: OwnerRecord): boolean {
  return host === hostname()
}

function isAlive({ pid, startedAt }: OwnerRecord): boolean {
  return isSameProcess(pid, startedAt)
}

/** Settles when they are gone. Returns how many there were. */
async function killProcesses({ processes = {} }: OwnerRecord): Promise<number> {
  const killed = Object.values(processes).filter(killOwned)
  await seenGone(killed.map(({ pid }) => pid))
  return killed.length
}

async function seenGone(pids: readonly number[]): Promise<void> {
  const left = await untilGone(pids, DEATH_DEADLINE_MS)
  if (left.length > 0)
    throw new EnvironmentError(
      `Processes ${left.join(', ')} were sent SIGKILL and are still there after ${DEATH_DEADLINE_MS / 1_000} s: the kernel holds them, which a failing disk or network file system does. \`down\` removes what is left when they are gone.`,
    )
}

/** Kills every server whose data lies in one of `directories`; settles when they are gone. Returns how many there were. */
export async function killServersIn(directories: readonly string[]): Promise<number> {
  const marks = directories.map((directory) => `--datadir=${directory}/`)
  const ours = () => allProcesses().filter((look) => marks.some((mark) => look.command.includes(mark)))
  let killed = 0
  // Again until nothing is found: a wrapper script may have been about to start its server.
  for (let found = ours(); found.length > 0; found = ours()) {
    for (const { pid } of found) signalQuietly(pid, 'SIGKILL')
    killed += found.length
    await seenGone(found.map((look) => look.pid))
  }
  return killed
}

function list(root: string): string[] {
  try {
    return readdirSync(root).sort()
  } catch {
    return [] // nothing was ever started here
  }
}

function ageMs(directory: string): number {
  try {
    return Date.now() - statSync(directory).mtimeMs
  } catch {
    return 0 // somebody else has just removed it
  }
}
