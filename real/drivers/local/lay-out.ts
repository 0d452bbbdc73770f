/** Each server's directory with data to begin with. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { mountSizedDisk } from '../../faults/machine/sized-disk.ts'
import { environmentErrorOf } from '../environment-error.ts'
import type { Mysqld } from './find-mysqld.ts'
import type { LocalOptions } from './local-driver.ts'
import type { LocalNode } from './local-node.ts'
import type { Ownership } from './ownership.ts'
import { copyTemplate, dataTemplate } from './template.ts'

/** Made where there is none yet. */
export async function templateFor(
  mysqld: Mysqld,
  stateRoot: string,
  signal: AbortSignal,
  { cache, onProgress }: Pick<LocalOptions, 'cache' | 'onProgress'>,
): ReturnType<typeof dataTemplate> {
  const where = { stateRoot, signal, ...(cache === undefined ? {} : { cache }) }
  const template = await dataTemplate(mysqld, where).catch((error: unknown) => {
    throw environmentErrorOf(error, 'Making a data directory in the cache', 'XDG_CACHE_HOME names another place.')
  })
  const { madeInMs } = template
  if (madeInMs !== null) onProgress?.(`made a data directory template in ${(madeInMs / 1_000).toFixed(1)} s`)
  return template
}

interface Ground {
  /** Servers that get a file system of their own. */
  readonly sizedDisks: readonly string[]
  readonly ownership: Ownership
  readonly onProgress: ((line: string) => void) | undefined
}

export async function layOut(nodes: readonly LocalNode[], template: string, ground: Ground): Promise<void> {
  const { sizedDisks, ownership, onProgress } = ground
  await Promise.all(
    nodes.map(async ({ address: { name }, directory, paths }) => {
      await mkdir(directory)
      if (sizedDisks.includes(name)) mountSizedDisk(directory, ownership, onProgress)
      await copyTemplate(template, paths.data)
    }),
  ).catch((error: unknown) => {
    const doing = `Copying a data directory to ${dirname(nodes[0]!.directory)}`
    throw environmentErrorOf(error, doing, '--data-dir names another place: memory, disk, or a directory.')
  })
}
