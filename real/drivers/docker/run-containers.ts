/** All containers of a run and the network between them: made, watched, their logs kept, and taken away. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineNeeds } from '../../faults/machine/needs.ts'
import { mountSizedDisk } from '../../faults/machine/sized-disk.ts'
import type { Accounts } from '../../mysql/target.ts'
import type { Rooms } from '../../network/namespaces/room.ts'
import type { Ownership } from '../local/ownership.ts'
import { Container } from './container.ts'
import { makeContainerRooms } from './container-rooms.ts'
import type { Engine } from './engine.ts'
import { ownLabel, removeRun } from './owner.ts'
import {
  clockPath,
  createContainers,
  createNetwork,
  type Folders,
  OWNER_LABEL,
  RUN_LABEL,
  type RunNetworkOfEngine,
  secretsFolder,
} from './project.ts'

/** The last numbers of addresses: members from here, services from there. */
const FIRST_MEMBER = 11
const FIRST_SERVICE = 51
const LAST_LINES = 15

interface Wanted {
  readonly nodes: number
  readonly services: readonly string[]
  readonly accounts: Accounts
  readonly needs: MachineNeeds | undefined
  readonly ownership: Ownership
  readonly onProgress: ((line: string) => void) | undefined
}

interface Member {
  /** As in the run: `node1`, `coordinator`. */
  readonly name: string
  /** Under which others find it, and its host name. */
  readonly alias: string
  readonly address: string
  readonly container: Container
}

export class RunContainers {
  /** Name of everything of this run on the engine. */
  readonly run: string
  readonly #engine: Engine
  readonly #folders: Folders
  readonly #members = new Map<string, Member>()
  readonly #byId = new Map<string, Container>()
  #network: RunNetworkOfEngine | null = null
  #watch: { close(): void } | null = null

  constructor(run: string, engine: Engine, folders: Folders) {
    this.run = run
    this.#engine = engine
    this.#folders = folders
  }

  /** Starts none of them. `over`: nobody wants them any more. */
  async make(what: Wanted, environment: NodeJS.ProcessEnv, over: AbortSignal): Promise<void> {
    const { run } = this
    const labels = { [RUN_LABEL]: run, [OWNER_LABEL]: ownLabel() }
    for (const [name, { password }] of Object.entries(what.accounts))
      await writeFile(join(secretsFolder(this.#folders), name), password, { mode: 0o600 })
    const network = await createNetwork(this.#engine, run, labels)
    const { address } = network
    this.#network = network
    const nodes = Array.from({ length: what.nodes }, (_, i) => ({
      name: `node${i + 1}`,
      alias: `mysql-instance-${i + 1}`,
      address: address(FIRST_MEMBER + i),
    }))
    for (const { name, alias } of nodes) {
      const directory = join(this.#folders.data, name)
      await mkdir(directory, { recursive: true })
      if (what.needs?.sizedDisks.includes(name)) mountSizedDisk(directory, what.ownership, what.onProgress)
      await mkdir(join(this.#folders.own, 'control', alias), { recursive: true })
    }
    const services = what.services.map((name, i) => {
      const clockFile = what.needs?.fakedClocks.includes(name) ? clockPath(this.#folders, name) : null
      return { name, alias: name, address: address(FIRST_SERVICE + i), clockFile }
    })
    over.throwIfAborted()
    await createContainers({ run, labels, nodes, services, folders: this.#folders }, environment)
    this.#watch = await this.#engine.happenings([`${RUN_LABEL}=${run}`], (one) =>
      this.#byId.get(one.container)?.happened(one),
    )
    for (const one of [...nodes, ...services]) {
      const { Id } = await this.#engine.get<{ readonly Id: string }>(`/containers/${run}-${one.name}/json`)
      const container = new Container(this.#engine, one.name, Id)
      this.#members.set(one.name, { ...one, container })
      this.#byId.set(Id, container)
    }
  }

  of(name: string): Member {
    const member = this.#members.get(name)
    if (member === undefined) throw new Error(`assertion: the run has no container ${name}`)
    return member
  }

  /** A room for each of these, some of which have containers. */
  rooms(names: readonly string[], owner: Pick<Ownership, 'id' | 'note'>): Promise<Rooms> {
    return makeContainerRooms({ names, containerOf: (name) => this.#members.get(name) }, this.#network!, owner)
  }

  /** What every container wrote: a file each. */
  async keepLogs(directory: string): Promise<void> {
    if (this.#members.size === 0) return
    await mkdir(directory, { recursive: true })
    const keep = async (name: string) => writeFile(join(directory, `${name}.log`), await this.#logOf(name, 'all'))
    await Promise.all([...this.#members.keys()].map(keep))
  }

  async lastLines(name: string): Promise<readonly string[]> {
    const text = (await this.#logOf(name, String(LAST_LINES))).trim()
    return text === '' ? [] : text.split('\n')
  }

  async remove(): Promise<void> {
    await removeRun(this.#engine, this.run)
    this.#watch?.close()
  }

  #logOf(name: string, tail: string): Promise<string> {
    return new Promise((resolve) => {
      const words = ['logs', '--tail', tail, this.of(name).container.id]
      execFile('docker', words, { maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
        resolve(error === null ? stdout + stderr : `(its log cannot be read: ${error.message})`),
      )
    })
  }
}
