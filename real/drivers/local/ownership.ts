/**
 * Who answers for which processes and directories. Before a cluster touches anything, it writes owner.json into a
 * directory of its own under the state directory; whatever it starts or makes is noted there first, and owner.json goes
 * last. So at every moment a kill -9 leaves a record from which `sweep` can clean up.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { lookAt } from './process-table.ts'

export interface OwnerRecord {
  readonly schema: 'quorumlab.cluster/1'
  readonly id: string
  /** Pids mean nothing on another host (a home directory may be shared by several). */
  readonly host: string
  readonly pid: number
  /** The owner's start time: a stranger who was given its pid later is not the owner. */
  readonly startedAt: string
  readonly createdAt: string
  /** Every directory that was made for this cluster. A process is the cluster's when its data lies in one of them. */
  readonly directories: readonly string[]
  readonly servers: Readonly<Record<string, OwnedServer>>
}

export interface OwnedServer {
  readonly pid: number
  readonly startedAt: string
  readonly port: number
  readonly adminPort: number
}

export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment.XDG_STATE_HOME || join(homedir(), '.local/state'), 'quorumlab', 'clusters')
}

export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'quorumlab')
}

export class Ownership {
  readonly id: string
  /** The record's directory; small things may be kept in it. */
  readonly directory: string
  #record: OwnerRecord

  constructor(root: string) {
    this.id = randomBytes(4).toString('hex')
    this.directory = join(root, this.id)
    this.#record = {
      schema: 'quorumlab.cluster/1',
      id: this.id,
      host: hostname(),
      pid: process.pid,
      startedAt: lookAt(process.pid)!.startedAt,
      createdAt: new Date().toISOString(),
      directories: [],
      servers: {},
    }
    makeFolder(this.directory, 0o700)
    this.#save()
  }

  /** Notes the directory, then makes it. */
  makeDirectory(path: string): void {
    this.#record = { ...this.#record, directories: [...this.#record.directories, path] }
    this.#save()
    makeFolder(path, 0o700)
  }

  noteServer(name: string, server: OwnedServer): void {
    this.#record = { ...this.#record, servers: { ...this.#record.servers, [name]: server } }
    this.#save()
  }

  /** Removes the directories, and the record last. Synchronous: also called while the program exits. */
  remove(): void {
    for (const path of this.#record.directories) removeTree(path)
    removeTree(this.directory)
  }

  #save(): void {
    const path = join(this.directory, OWNER_FILE)
    writeFileSync(`${path}.new`, `${JSON.stringify(this.#record, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
}

const OWNER_FILE = 'owner.json'

/** null: nothing readable there. */
export function readOwner(directory: string): OwnerRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(directory, OWNER_FILE), 'utf8')) as OwnerRecord
    return record.schema === 'quorumlab.cluster/1' && Array.isArray(record.directories) ? record : null
  } catch {
    return null
  }
}

/** Retries: a server that is just dying may still put a file into a directory that is being emptied. */
export function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
}
