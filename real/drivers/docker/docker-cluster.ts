/** The containers of a run, from the network to the last log: the driver's verbs. */
import { join } from 'node:path'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { GtidSet } from '../../../algorithms/gtid-set.ts'
import type { NodeEnd } from '../../../scenarios/record.ts'
import { LifeBook, type Lives } from '../../faults/machine/lives.ts'
import type { Accounts, NodeAddress } from '../../mysql/target.ts'
import type { Rooms } from '../../network/namespaces/room.ts'
import type { ServiceHost } from '../../processes/service-host.ts'
import { cloneInto } from '../clone-instance.ts'
import { type Ended, undeclaredDeath } from '../death.ts'
import type { Driver, KeptFile, SavedExtras, ServerFolders, Storage, Usage, Witness } from '../driver.ts'
import { readDurability } from '../durability.ts'
import { readEndState } from '../end-state.ts'
import type { EnvironmentError } from '../environment-error.ts'
import type { IdentityFiles } from '../identities.ts'
import { saveExtras } from '../local/extras.ts'
import { generateAccounts } from '../local/init-sql.ts'
import type { Ownership } from '../local/ownership.ts'
import type { Machine } from '../machine.ts'
import { UnderWay } from '../under-way.ts'
import type { Container } from './container.ts'
import { ContainerMachine } from './container-machine.ts'
import { ContainerService } from './container-service.ts'
import type { DockerOptions } from './docker-driver.ts'
import { DockerNode } from './docker-node.ts'
import type { Engine } from './engine.ts'
import { channelPath, clockPath, type Folders } from './project.ts'
import { RunContainers } from './run-containers.ts'

export class DockerCluster implements Driver {
  readonly world = 'docker'
  readonly accounts: Accounts = generateAccounts()
  readonly storage: Storage
  readonly ownership: Ownership
  readonly services: ServiceHost
  readonly #options: DockerOptions
  readonly #folders: Folders
  readonly #environment: NodeJS.ProcessEnv
  readonly #stopping = new AbortController()
  readonly #underWay = new UnderWay(this.#stopping.signal)
  readonly #incidents: EnvironmentError[] = []
  #onIncident: (incident: EnvironmentError) => void = () => {}
  readonly #containers: RunContainers
  #nodes: readonly DockerNode[] = []
  /** Containers whose end a fault or the end of the run has asked for: their end is no incident. */
  readonly #mayEnd = new Set<string>()
  /** Servers that a fault has made so that they may end by themselves, and whether they have. */
  readonly #fragile = new Map<string, boolean>()
  readonly #lifeBook = new LifeBook()
  #version = 'unknown'
  #made: Promise<void> | null = null
  #stopped: Promise<void> | null = null
  readonly kept: KeptFile[] = []

  constructor(
    options: DockerOptions,
    engine: Engine,
    ownership: Ownership,
    storage: Storage,
    folders: Folders,
    environment: NodeJS.ProcessEnv,
  ) {
    this.#options = options
    this.ownership = ownership
    this.#folders = folders
    this.#environment = environment
    this.storage = storage
    this.#containers = new RunContainers(`quorumlab-run-${ownership.id}`, engine, folders)
    this.services = {
      bind: '0.0.0.0',
      start: async (name, setup, events) => {
        await this.#makeOnce()
        return await this.#underWay.run(async () => {
          const service = await ContainerService.start(name, this.#servicePlace(name), setup, events)
          const { pid } = this.#containers.of(name).container
          if (pid !== null) this.#lifeBook.started(name, pid)
          return service
        })
      },
    }
  }

  /** Name of everything of this run on the engine. */
  get run(): string {
    return this.#containers.run
  }

  get nodes(): readonly NodeAddress[] {
    return this.#nodes.map(({ address }) => address)
  }

  get version(): string {
    return this.#version
  }

  get incidents(): readonly EnvironmentError[] {
    return this.#incidents
  }

  onIncident(listener: (incident: EnvironmentError) => void): void {
    this.#onIncident = listener
  }

  /** A full disk is seen on this machine, where the servers' folders are. */
  complaint(): EnvironmentError | null {
    return null
  }

  rooms(names: readonly string[]): Promise<Rooms> {
    return this.#underWay.run(async () => {
      await this.#makeOnce()
      return await this.#containers.rooms(names, this.ownership)
    })
  }

  start(): Promise<void> {
    return this.#underWay.run(async () => {
      await this.#makeOnce()
      const results = await Promise.allSettled(this.#nodes.map((node) => node.start(this.#stopping.signal)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      const connection = await this.#nodes[0]!.connect()
      const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION()')
      await connection.end()
      this.#version = String((rows as unknown as unknown[][])[0]![0])
    })
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  kill(name: string): Promise<Witness> {
    return this.#ended(name, (container) => container.kill())
  }

  shutdown(name: string): Promise<Witness> {
    return this.#ended(name, (container) => container.stop())
  }

  async pause(name: string): Promise<Witness> {
    await this.#node(name).container.pause()
    return this.witness(name)
  }

  async resume(name: string): Promise<Witness> {
    await this.#node(name).container.resume()
    return this.witness(name)
  }

  restart(name: string): Promise<Witness> {
    return this.#underWay.run(async () => {
      this.#mayEnd.delete(name)
      await this.#node(name).start(this.#stopping.signal)
      const pid = this.#node(name).serverPid
      if (pid !== null) this.#lifeBook.started(name, pid)
      return await this.witness(name)
    })
  }

  witness(name: string): Promise<Witness> {
    return this.#node(name).witness()
  }

  machine(name: string): Machine {
    return new ContainerMachine(this.#containers.of(name).container)
  }

  own(name: string, pid: number): void {
    this.ownership.noteProcess(name, pid)
  }

  lives(name: string): Lives {
    return this.#lifeBook.of(name, () => this.#pidOf(name))
  }

  folders(name: string): ServerFolders {
    const isSized = this.#options.needs?.sizedDisks.includes(name) === true
    return { data: this.#node(name).data, sizedDisk: isSized ? join(this.#folders.data, name) : null }
  }

  clockFile(service: string): string | null {
    return this.#options.needs?.fakedClocks.includes(service) ? clockPath(this.#folders, service) : null
  }

  mayEnd(name: string, isAllowed: boolean): boolean {
    if (isAllowed) this.#fragile.set(name, false)
    const hasEnded = this.#fragile.get(name) === true
    if (!isAllowed) this.#fragile.delete(name)
    return hasEnded
  }

  usage(name: string): Usage {
    return this.#node(name).usage()
  }

  saveExtras(name: string, gtids: GtidSet): Promise<SavedExtras> {
    const { extrasDirectory: directory } = this.#options
    const saving = { node: name, data: this.#node(name).data, directory, prefix: this.ownership.id }
    return saveExtras({ mysqlbinlog: null }, saving, gtids, this.kept)
  }

  rebuild(name: string, donor: string): Promise<{ readonly uuid: string; readonly tookUs: number }> {
    const { signal } = this.#stopping
    return this.#underWay.run(async () => {
      const node = this.#node(name)
      // What it replicated in its former life still counts for the lag.
      await node.keepBinlogs()
      return await cloneInto(node, this.#node(donor).address, this.accounts.admin, signal)
    })
  }

  async durability(): Promise<Readonly<Record<string, string>>> {
    return { ...(await readDurability(this.#nodes.map((node) => () => node.connect()))), storage: this.storage.kind }
  }

  endState(name: string): Promise<NodeEnd> {
    return readEndState(name, () => this.#node(name).connect())
  }

  connect(node: string): Promise<Connection> {
    return this.#node(node).connect()
  }

  identities(node: string): Promise<readonly IdentityFiles[]> {
    return this.#node(node).identities()
  }

  /** Also asked for by a service that is started at the same time. */
  #makeOnce(): Promise<void> {
    this.#made ??= this.#make()
    return this.#made
  }

  async #make(): Promise<void> {
    const { nodes, services, needs, onProgress } = this.#options
    this.ownership.makeDirectory(this.#folders.data)
    const what = { nodes, services, accounts: this.accounts, needs, ownership: this.ownership, onProgress }
    await this.#containers.make(what, this.#environment, this.#stopping.signal)
    this.#nodes = Array.from({ length: nodes }, (_, i) => {
      const { name, alias, address: host, container } = this.#containers.of(`node${i + 1}`)
      container.onEnd = (ended) => void this.#serverEnded(name, ended)
      const address = { name, host, port: 3306, adminPort: 33062 }
      return new DockerNode(address, alias, container, this.accounts, this.#folders)
    })
  }

  async #serverEnded(name: string, ended: Ended): Promise<void> {
    if (this.#mayEnd.has(name) || this.#stopping.signal.aborted) return
    if (this.#fragile.has(name)) {
      this.#fragile.set(name, true)
      return
    }
    const death = undeclaredDeath(name, ended, await this.#containers.lastLines(name))
    this.#incidents.push(death)
    this.#onIncident(death)
  }

  async #ended(name: string, end: (container: Container) => Promise<void>): Promise<Witness> {
    this.#mayEnd.add(name)
    await end(this.#node(name).container)
    return this.witness(name)
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the cluster was stopped'))
    await Promise.allSettled([this.#underWay.settled(), this.#made])
    await this.#containers.keepLogs(this.#options.logDirectory)
    await this.#containers.remove()
    this.ownership.remove()
  }

  #pidOf(name: string): number | null {
    const node = this.#nodes.find(({ address }) => address.name === name)
    return node === undefined ? this.#containers.of(name).container.pid : node.serverPid
  }

  #servicePlace(name: string): Parameters<typeof ContainerService.start>[1] {
    const { container, address: host } = this.#containers.of(name)
    const words = () => this.#containers.lastLines(name)
    return { container, host, channel: channelPath(this.#folders, name), words }
  }

  #node(name: string): DockerNode {
    const node = this.#nodes.find(({ address }) => address.name === name)
    if (node === undefined) throw new Error(`assertion: no started server is called ${name}`)
    return node
  }
}
