/**
 * Cleans up after a quorumlab that was killed: finds clusters whose owner is dead, kills their servers, removes their
 * directories. Runs at every start and by `down`. It can never touch a stranger's process: one is killed only when its
 * command line says that its data lies in a directory that quorumlab made for that very cluster.
 */
import { readdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type OwnerRecord, readOwner, removeTree, stateRoot } from './ownership.ts'
import { allProcesses, isSameProcess, signalQuietly, untilGone } from './process-table.ts'

export interface Swept {
  readonly id: string
  readonly servers: number
  readonly directories: readonly string[]
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
    if (record.host !== hostname() || isSameProcess(record.pid, record.startedAt)) continue
    const servers = await killServersIn(record.directories)
    for (const path of record.directories) removeTree(path)
    removeTree(directory)
    swept.push({ id, servers, directories: record.directories })
  }
  return swept
}

/** Clusters whose owner lives, for `status`. */
export function livingClusters(root: string = stateRoot()): OwnerRecord[] {
  return list(root)
    .map((id) => readOwner(join(root, id)))
    .filter((record) => record !== null)
    .filter((record) => record.host === hostname() && isSameProcess(record.pid, record.startedAt))
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
    const pids = found.map((look) => look.pid)
    const left = await untilGone(pids, DEATH_DEADLINE_MS)
    if (left.length > 0) throw new Error(`processes ${left.join(', ')} were sent SIGKILL and are still there`)
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
