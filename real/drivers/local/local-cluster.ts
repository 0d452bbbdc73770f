/** The servers of a local cluster, from the first process to the last directory: the driver's verbs. */
import { dirname, join, resolve } from 'node:path'
import type { Connection } from 'mysql2/promise'
import type { GtidSet } from '../../../algorithms/gtid-set.ts'
import type { NodeEnd } from '../../../scenarios/record.ts'
import { faketimePrefix } from '../../faults/machine/faked-clock.ts'
import type { Lives } from '../../faults/machine/lives.ts'
import type { Accounts, NodeAddress } from '../../mysql/target.ts'
import type { Rooms } from '../../network/namespaces/room.ts'
import { makeRooms } from '../../network/namespaces/rooms.ts'
import type { Places } from '../../network/network.ts'
import { CHILDREN } from '../../processes/child-process.ts'
import type { ServiceHost } from '../../processes/service-host.ts'
import type { Driver, KeptFile, SavedExtras, ServerFolders, Storage, Usage, Witness } from '../driver.ts'
import { readDurability } from '../durability.ts'
import { readEndState } from '../end-state.ts'
import type { EnvironmentError } from '../environment-error.ts'
import { type IdentityFiles, identitiesIn } from '../identities.ts'
import { UnderWay } from '../under-way.ts'
import { dataDirectoryOf } from './data-directory.ts'
import { saveExtras } from './extras.ts'
import type { Mysqld } from './find-mysqld.ts'
import { generateAccounts } from './init-sql.ts'
import { layOut, templateFor } from './lay-out.ts'
import type { LocalOptions } from './local-driver.ts'
import { LocalLives } from './local-lives.ts'
import { LocalNode, PortTaken, portTakenToPeople } from './local-node.ts'
import type { Ownership } from './ownership.ts'
import type { PortHolder } from './ports.ts'
import { lookAt, machineUsage, type ProcessLook } from './process-table.ts'
import { rebuildFrom } from './rebuild.ts'
import { killServersIn } from './sweep.ts'

const PORT_ATTEMPTS = 5

export class LocalCluster implements Driver {
  readonly world = 'local'
  readonly services: ServiceHost = {
    ...CHILDREN,
    start: (name, setup, events, { prefix, bind }) =>
      CHILDREN.start(name, setup, events, { bind, prefix: [...prefix, ...faketimePrefix(this.clockFile(name))] }),
  }
  readonly accounts: Accounts = generateAccounts()
  readonly version: string
  readonly storage: Storage
  readonly ownership: Ownership
  /** How long the parts of `start()` took, for the report and for tests. */
  readonly startedIn = { templateMs: null as number | null, copyMs: 0, readyMs: 0 }
  readonly #options: LocalOptions
  readonly #mysqld: Mysqld
  readonly #ports: PortHolder
  readonly #stopping = new AbortController()
  readonly #incidents: EnvironmentError[] = []
  #onIncident: (incident: EnvironmentError) => void = () => {}
  readonly #onExit = () => this.#stopNow()
  readonly #underWay = new UnderWay(this.#stopping.signal)
  #nodes: readonly LocalNode[] = []
  #addresses: readonly NodeAddress[]
  /** Words in front of a server's command. */
  #prefixOf: (node: string) => readonly string[] = () => []
  readonly #lives = new LocalLives((name) => this.processOf(name)?.pid ?? null)
  #stopped: Promise<void> | null = null
  readonly kept: KeptFile[] = []

  constructor(
    options: LocalOptions,
    mysqld: Mysqld,
    ownership: Ownership,
    ports: PortHolder,
    storage: Storage,
    addresses: readonly NodeAddress[],
  ) {
    this.#options = options
    this.#mysqld = mysqld
    this.ownership = ownership
    this.#ports = ports
    this.#addresses = addresses
    this.version = mysqld.version
    this.storage = { ...storage, directory: dataDirectoryOf(storage, ownership) }
    process.on('exit', this.#onExit)
  }

  /** Of the ownership record: small things may be kept in it, and are gone with the cluster. */
  get directory(): string {
    return this.ownership.directory
  }

  /** Final once `start()` has settled: a port that turned out to be taken is replaced. */
  get nodes(): readonly NodeAddress[] {
    return this.#addresses
  }

  get incidents(): readonly EnvironmentError[] {
    return this.#incidents
  }

  onIncident(listener: (incident: EnvironmentError) => void): void {
    this.#onIncident = listener
  }

  complaint(): EnvironmentError | null {
    return this.#nodes.map((node) => node.complaint()).find((complaint) => complaint !== null) ?? null
  }

  rooms(names: readonly string[]): Promise<Rooms> {
    return this.#underWay.run(() => makeRooms(names, this.ownership))
  }

  start(places?: Places): Promise<void> {
    return this.#underWay.run(async () => {
      if (places !== undefined) {
        this.#prefixOf = (name) => places.placeOf(name).prefix
        this.#addresses = this.#addresses.map((address) => ({ ...address, host: places.placeOf(address.name).bind }))
      }
      const { signal } = this.#stopping
      const template = await templateFor(this.#mysqld, dirname(this.ownership.directory), signal, this.#options)
      this.startedIn.templateMs = template.madeInMs
      signal.throwIfAborted()

      let start = performance.now()
      this.ownership.makeDirectory(this.storage.directory)
      this.#nodes = this.#addresses.map((address, i) => this.#newNode(address, i))
      const { onProgress } = this.#options
      const ground = { sizedDisks: this.#sizedDisks, ownership: this.ownership, onProgress }
      await layOut(this.#nodes, template.directory, ground)
      signal.throwIfAborted()
      this.startedIn.copyMs = performance.now() - start

      start = performance.now()
      // All of them are awaited, so that none is still starting when the first failure is reported.
      const results = await Promise.allSettled(this.#nodes.map((_, i) => this.#launchFirst(i)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      this.startedIn.readyMs = performance.now() - start
    })
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  kill(node: string): Promise<Witness> {
    return this.#node(node).kill()
  }

  shutdown(node: string): Promise<Witness> {
    return this.#node(node).shutdown()
  }

  pause(node: string): Promise<Witness> {
    return this.#node(node).pause()
  }

  resume(node: string): Promise<Witness> {
    return this.#node(node).resume()
  }

  restart(name: string): Promise<Witness> {
    return this.#underWay.run(() => this.#node(name).restart(PORT_ATTEMPTS))
  }

  witness(node: string): Promise<Witness> {
    return this.#node(node).witness()
  }

  saveExtras(node: string, gtids: GtidSet): Promise<SavedExtras> {
    const { directory: own, id: prefix } = this.ownership
    const directory = resolve(own, this.#options.extrasDirectory ?? '../../extras')
    const saving = { node, data: this.#node(node).paths.data, directory, prefix }
    return saveExtras(this.#mysqld, saving, gtids, this.kept)
  }

  own(name: string, pid: number): void {
    this.ownership.noteProcess(name, pid)
    if (this.clockFile(name) !== null) this.ownership.note('clock memory', String(pid))
    this.#lives.serviceStarted(name, pid)
  }

  lives(name: string): Lives {
    return this.#lives.of(name)
  }

  folders(name: string): ServerFolders {
    const { directory, paths } = this.#node(name)
    return { data: paths.data, sizedDisk: this.#sizedDisks.includes(name) ? directory : null }
  }

  clockFile(service: string): string | null {
    return this.#options.needs?.fakedClocks.includes(service) ? join(this.directory, `${service}.clock`) : null
  }

  mayEnd(name: string, isAllowed: boolean): boolean {
    const node = this.#node(name)
    node.mayEnd = isAllowed
    return node.hasEnded
  }

  /** The operating system's word, at any time; null: the server has no process. */
  processOf(node: string): ProcessLook | null {
    return this.#nodes.find(({ address }) => address.name === node)?.process?.look() ?? null
  }

  usage(node: string): Usage {
    return machineUsage(this.#node(node).process?.pid)
  }

  rebuild(node: string, donor: string): Promise<{ readonly uuid: string; readonly tookUs: number }> {
    return this.#underWay.run(() => rebuildFrom(this.#node(node), this.#node(donor)))
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
    return identitiesIn(this.#node(node).paths)
  }

  get #sizedDisks(): readonly string[] {
    return this.#options.needs?.sizedDisks ?? []
  }

  #newNode(address: NodeAddress, index: number): LocalNode {
    return new LocalNode(address, index + 1, join(this.storage.directory, address.name), {
      mysqld: this.#mysqld,
      prefix: this.#prefixOf(address.name),
      accounts: this.accounts,
      signal: this.#stopping.signal,
      onSpawn: (node) => {
        const { groupPid } = node.process!
        const startedAt = lookAt(groupPid)?.startedAt ?? 'gone'
        const { port, adminPort } = node.address
        this.ownership.noteServer(node.address.name, { pid: groupPid, startedAt, port, adminPort })
      },
      onAnswering: (node) => this.#lives.serverStarted(node.address.name),
      onUnexpectedDeath: (death) => {
        this.#incidents.push(death)
        this.#onIncident(death)
      },
    })
  }

  /** The ports are given up just before mysqld binds them; who finds them taken all the same gets others. */
  async #launchFirst(index: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { address } = this.#nodes[index]!
      await this.#ports.release(address.port)
      await this.#ports.release(address.adminPort)
      try {
        return await this.#nodes[index]!.launch(true)
      } catch (error) {
        const isFixed = this.#options.ports?.[index]?.client.port != null
        if (!(error instanceof PortTaken) || isFixed || attempt === PORT_ATTEMPTS) throw portTakenToPeople(error)
      }
      const fresh = { ...address, port: await this.#ports.takeFree(), adminPort: await this.#ports.takeFree() }
      this.#addresses = this.#addresses.with(index, fresh)
      this.#nodes = this.#nodes.with(index, this.#newNode(fresh, index))
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the cluster was stopped'))
    this.#signalAll()
    await this.#underWay.settled()
    await Promise.all(this.#nodes.map((node) => node.process && node.kill()))
    await killServersIn([this.storage.directory])
    await this.#ports.releaseAll()
    this.ownership.remove()
    process.off('exit', this.#onExit)
  }

  /** The program is exiting without `stop()`: what can be done without waiting. The next start sweeps the rest. */
  #stopNow(): void {
    this.#signalAll()
    try {
      this.ownership.remove()
    } catch {
      // A server that is not quite dead keeps a directory busy: its record stays for the next sweep.
    }
  }

  #signalAll(): void {
    for (const node of this.#nodes) node.killNow()
  }

  #node(name: string): LocalNode {
    const node = this.#nodes.find(({ address }) => address.name === name)
    if (node === undefined) throw new Error(`assertion: no started server is called ${name}`)
    return node
  }
}
