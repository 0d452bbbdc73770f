/**
 * A server's identities: a rebuild gives it a new server_uuid and throws its data away, but for the binlogs, which are kept
 * beside it with the auto.cnf that names the uuid they are of.
 */
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { binlogFiles } from './binlog.ts'

export interface IdentityFiles {
  /** Null: it is not written down. */
  readonly uuid: string | null
  readonly isCurrent: boolean
  readonly binlogs: readonly string[]
}

const UUID_FILE = 'auto.cnf'

interface ServerFolders {
  /** With a folder for each former identity. */
  readonly oldBinlogs: string
  readonly data: string
}

/** Oldest first; the last is the present one. */
export async function identitiesIn({ oldBinlogs, data }: ServerFolders): Promise<readonly IdentityFiles[]> {
  const names = (await readdir(oldBinlogs).catch(() => [] as string[])).sort()
  const directories = [...names.map((name) => join(oldBinlogs, name)), data]
  return Promise.all(
    directories.map(async (directory) => ({
      uuid: await uuidIn(directory),
      isCurrent: directory === data,
      binlogs: await binlogFiles(directory),
    })),
  )
}

/** Where the binlogs of an identity that is about to end go; `name` sorts behind those of earlier ones. */
export async function folderForIdentity({ oldBinlogs, data }: ServerFolders, name: string): Promise<string> {
  const folder = join(oldBinlogs, name)
  await mkdir(folder, { recursive: true })
  await copyFile(join(data, UUID_FILE), join(folder, UUID_FILE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  return folder
}

async function uuidIn(directory: string): Promise<string | null> {
  const text = await readFile(join(directory, UUID_FILE), 'utf8').catch(() => '')
  return /^server-uuid=([0-9a-f-]{36})$/m.exec(text)?.[1] ?? null
}
