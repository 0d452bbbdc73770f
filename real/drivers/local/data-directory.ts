/**
 * Where the servers' data goes. Memory (/dev/shm) takes the noise of a disk's fsync out of a run, and a killed process
 * loses nothing there that it would keep on a disk; a disk is the honest place to measure write latency. So both are
 * measured, `auto` takes the quicker one that has room, and the result says which it was and what an fsync cost.
 */
import { open, readdir, rm, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Storage } from '../driver.ts'
import { EnvironmentError, environmentErrorOf } from '../environment-error.ts'
import type { Ownership } from './ownership.ts'

/** `auto`, `memory`, `disk`, or an existing directory. */
export type DataDirectoryChoice = string

const OTHER_PLACE = '--data-dir names another place: memory, disk, or a folder that exists.'
const SHARED_MEMORY = '/dev/shm'
const BYTES_PER_NODE = 500e6
/** Resident memory of a server, beside its data. */
const MEMORY_PER_NODE = 350e6
const SYNCS = 15

export async function chooseStorage(
  choice: DataDirectoryChoice,
  nodes: number,
  ownership: Ownership,
): Promise<Storage> {
  const diskDirectory = ownership.directory
  const measured = (kind: Storage['kind'], directory: string, reason: string) =>
    measure(kind, directory, reason, nodes, ownership)
  if (choice === 'memory') return measured('memory', SHARED_MEMORY, 'asked for')
  if (choice === 'disk') return measured('disk', diskDirectory, 'asked for')
  if (choice !== 'auto') return measured('disk', resolve(choice), 'named by the user')

  const disk = await measured('disk', diskDirectory, 'only choice').catch(environmentOnly)
  const memory =
    process.availableMemory() < nodes * (BYTES_PER_NODE + MEMORY_PER_NODE)
      ? new EnvironmentError(`not enough free memory for ${nodes} servers with their data in ${SHARED_MEMORY}`)
      : await measured('memory', SHARED_MEMORY, 'only choice').catch(environmentOnly)

  if (disk instanceof Error && memory instanceof Error)
    throw new EnvironmentError(`No place for the servers' data: ${disk.what}; ${memory.what}.`, { advice: OTHER_PLACE })
  if (memory instanceof Error) return { ...(disk as Storage), reason: memory.what }
  if (disk instanceof Error) return { ...memory, reason: disk.what }
  const comparison = `an fsync takes ${Math.round(memory.fsyncUs)} us in memory, ${Math.round(disk.fsyncUs)} us on disk`
  return memory.fsyncUs <= disk.fsyncUs ? { ...memory, reason: comparison } : { ...disk, reason: comparison }
}

/** Where the servers of one cluster lie: below the chosen place, in a directory of their own. */
export function dataDirectoryOf(storage: Storage, ownership: Ownership): string {
  return storage.directory === ownership.directory
    ? join(storage.directory, 'data')
    : join(storage.directory, `quorumlab-${process.getuid?.() ?? 0}-${ownership.id}`)
}

function environmentOnly(error: unknown): EnvironmentError {
  if (error instanceof EnvironmentError) return error
  throw error
}

async function measure(
  kind: Storage['kind'],
  directory: string,
  reason: string,
  nodes: number,
  ownership: Ownership,
): Promise<Storage> {
  let free: number
  try {
    // Asked first, because a file has a file system, too.
    await readdir(directory)
    const { bavail, bsize } = await statfs(directory)
    free = bavail * bsize
  } catch (error) {
    throw new EnvironmentError(`${directory} cannot be used for data: ${(error as Error).message}`, {
      ...{ cause: error, advice: OTHER_PLACE },
    })
  }
  if (free < nodes * BYTES_PER_NODE)
    throw new EnvironmentError(
      `${directory} has ${(free / 1e6).toFixed(0)} MB free, ${nodes} servers need ${((nodes * BYTES_PER_NODE) / 1e6).toFixed(0)} MB`,
      { kind: 'disk-full', subject: directory, advice: `Free some, or ask for fewer servers. ${OTHER_PLACE}` },
    )
  return { kind, directory, reason, fsyncUs: await measureFsyncUs(directory, ownership) }
}

/** Median cost of what a server does for each commit: append a little, then make it durable. */
async function measureFsyncUs(directory: string, ownership: Ownership): Promise<number> {
  const scratch = join(directory, `.quorumlab-fsync-${ownership.id}`)
  try {
    ownership.makeDirectory(scratch)
  } catch (error) {
    throw new EnvironmentError(`${directory} cannot be written: ${(error as Error).message}`, {
      ...{ cause: error, advice: OTHER_PLACE },
    })
  }
  try {
    const file = await open(join(scratch, 'probe'), 'w')
    const block = Buffer.alloc(4096, 1)
    const tookUs: number[] = []
    for (let i = 0; i < SYNCS; i++) {
      const start = performance.now()
      await file.write(block)
      await file.datasync()
      tookUs.push((performance.now() - start) * 1_000)
    }
    await file.close()
    return tookUs.sort((a, b) => a - b)[SYNCS >> 1]!
  } catch (error) {
    throw environmentErrorOf(error, `Writing to ${directory}`, OTHER_PLACE)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
