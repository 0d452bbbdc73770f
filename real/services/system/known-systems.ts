/** The systems of this machine, found by their records: looked at, and ended from another terminal. */
import { join } from 'node:path'
import { type OwnerRecord, stateRoot } from '../../drivers/local/ownership.ts'
import { isSameProcess, signalQuietly } from '../../drivers/local/process-table.ts'
import { knownClusters } from '../../drivers/local/sweep.ts'
import { readSystem, type SystemRecord } from './system-file.ts'

export interface KnownSystem {
  readonly owner: OwnerRecord
  readonly system: SystemRecord
  /** Its own: with its records, and what its coordinator keeps. */
  readonly directory: string
}

/** Runs have none of these records: their clusters are never among them. */
export function livingSystems(root: string = stateRoot()): readonly KnownSystem[] {
  return systemsAmong(knownClusters(root).living, root)
}

/** Their program was killed. */
export function leftSystems(root: string = stateRoot()): readonly KnownSystem[] {
  return systemsAmong(knownClusters(root).left, root)
}

function systemsAmong(owners: readonly OwnerRecord[], root: string): readonly KnownSystem[] {
  return owners.flatMap((owner) => {
    const directory = join(root, owner.id)
    const system = readSystem(directory)
    return system === null ? [] : [{ owner, system, directory }]
  })
}

/** Which of our own systems has a port: by port, in words. */
export function portsInUse(root?: string): ReadonlyMap<number, string> {
  return new Map(
    livingSystems(root).flatMap(({ owner, system }) =>
      Object.values(system.addresses).map(({ port }) => [port, `system ${owner.id} of process ${owner.pid}`] as const),
    ),
  )
}

const END_DEADLINE_MS = 40_000
const LOOK_MS = 50

/** Asks its process to end everything in order. False: it did not within its time, and was killed; `sweep` has the rest. */
export async function endSystem({ owner: { pid, startedAt } }: KnownSystem): Promise<boolean> {
  const isGone = () => !isSameProcess(pid, startedAt)
  if (isGone()) return true
  // A paused process would not hear it.
  signalQuietly(pid, 'SIGCONT')
  signalQuietly(pid, 'SIGTERM')
  const endMs = performance.now() + END_DEADLINE_MS
  while (!isGone() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  if (isGone()) return true
  signalQuietly(pid, 'SIGKILL')
  while (!isGone()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  return false
}
