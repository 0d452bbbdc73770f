/**
 * Who answers for which processes and directories. Before a cluster touches anything, it writes owner.json into a
 * directory of its own under the state directory; whatever it starts or makes is noted there, and owner.json goes
 * last. So at every moment a kill -9 leaves a record from which `sweep` can clean up.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { environmentErrorOf } from '../environment-error.ts'
import { makeFolder } from '../make-folder.ts'
import { writePrivately } from '../private-file.ts'
import { type Belonging, type BelongingKind, removeBelongings } from './belongings.ts'
import { isSameProcess, lookAt, signalQuietly } from './process-table.ts'

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
  /** The run's other processes: coordinators, timestamp servers, clients. Absent in records of older versions. */
  readonly processes?: Readonly<Record<string, OwnedProcess>>
  /** What is neither a process nor a folder, in the order in which it was made. Absent in records of older versions. */
  readonly belongings?: readonly Belonging[]
}

interface OwnedProcess {
  readonly pid: number
  /** With the pid it names one process for ever: a stranger who was given the pid later is never killed. */
  readonly startedAt: string
}

/** `pid`: of the group's leader, mysqld itself or the wrapper that started it. */
interface OwnedServer extends OwnedProcess {
  readonly port: number
  readonly adminPort: number
}

export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment.XDG_STATE_HOME || join(homedir(), '.local/state'), 'quorumlab', 'clusters')
}

export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'quorumlab')
}

/** For a new cluster; a refusal of the operating system becomes an EnvironmentError that says what to do. */
export function claimOwnership(root: string): Ownership {
  try {
    return new Ownership(root)
  } catch (error) {
    throw environmentErrorOf(error, `Writing to the state directory ${root}`, 'XDG_STATE_HOME names another.')
  }
}

export class Ownership {
  readonly id: string
  /** The record's directory; small things may be kept in it. */
  readonly directory: string
  #record: OwnerRecord
  #isRemoved = false

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
      processes: {},
      belongings: [],
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

  /** Throws once the record is gone: what is started then has nobody who would end it. */
  noteProcess(name: string, pid: number): void {
    if (this.#isRemoved) throw new Error(`${name} was started after its cluster was stopped`)
    const startedAt = lookAt(pid)?.startedAt
    if (startedAt === undefined) return // it died at once
    this.#record = { ...this.#record, processes: { ...this.#record.processes, [name]: { pid, startedAt } } }
    this.#save()
  }

  /** Before it is made. */
  note(kind: BelongingKind, name: string): void {
    if (this.#isRemoved) throw new Error(`a ${kind} was asked for after its cluster was stopped`)
    this.#record = { ...this.#record, belongings: [...(this.#record.belongings ?? []), { kind, name }] }
    this.#save()
  }

  /** Ends the noted processes, removes what else was noted, the directories, and the record last. Synchronous: also called at the program's exit. */
  remove(): void {
    this.#isRemoved = true
    // One that a fault has paused would never hear that its parent is gone.
    for (const owned of Object.values(this.#record.processes ?? {})) killOwned(owned)
    removeBelongings(this.#record.belongings ?? [])
    for (const path of this.#record.directories) removeTree(path)
    removeTree(this.directory)
  }

  #save(): void {
    writePrivately(join(this.directory, OWNER_FILE), `${JSON.stringify(this.#record, null, 2)}\n`)
  }
}

/** SIGKILL, which reaches paused processes, too. False: it is gone, or its pid is somebody else's by now. */
export function killOwned({ pid, startedAt }: OwnedProcess): boolean {
  if (!isSameProcess(pid, startedAt)) return false
  signalQuietly(pid, 'SIGKILL')
  return true
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
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  } catch (error) {
    // Something above it is no folder (any more): then it is not there either.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error
  }
}
