/**
 * One MySQL server of the cluster, across its crashes: the data that stays, and the instance that runs on it. The
 * harness starts and kills it; everything else reaches it over the network.
 */
import type { DataLoss } from '../../scenarios/record.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Life, SimProcess } from '../kernel/process.ts'
import { type Slowdown, Slowdowns } from '../kernel/slowdowns.ts'
import type { Network } from '../network/network.ts'
import type { MysqlCosts } from './costs.ts'
import { MysqlData } from './durable-data.ts'
import { MysqlInstance, type MysqlWorld } from './instance.ts'
import { handleMysql } from './requests.ts'
import type { Transaction } from './transaction.ts'

interface Boot {
  readonly server: MysqlServer
  readonly life: Life
  readonly writable: boolean
}

export class MysqlServer {
  readonly process: SimProcess
  /** Its place among the configured members. */
  readonly member: number
  data: MysqlData
  /** Null while the process is dead or boots. */
  instance: MysqlInstance | null = null
  /** How often it came back with writing allowed. */
  writableBoots = 0
  readonly #world: MysqlWorld
  /** Faults outlive a crash of what they slow down. */
  readonly #slowdowns = new Slowdowns(() => this.#applyFaults())
  /** How many faults do each to it now. */
  readonly #hurts = { stalled: 0, full: 0, exhausted: 0 }

  constructor(world: MysqlWorld, process: SimProcess, member: number, uuid: string) {
    this.#world = world
    this.process = process
    this.member = member
    this.data = new MysqlData(uuid)
  }

  /** The process starts; it listens after `bootUs`. `writable`: its configuration has super_read_only off, for once. */
  boot(bootUs: number = this.#world.costs.bootUs, writable: boolean = false): void {
    const life = this.process.start()
    if (writable) this.writableBoots++
    this.#world.kernel.queue.after(bootUs, MysqlServer.#booted, { server: this, life, writable })
  }

  static #booted(this: void, boot: Boot): void {
    const { server, life, writable } = boot
    if (life.holdsBack(MysqlServer.#booted, boot)) return
    const instance = new MysqlInstance(server.#world, life, server.data)
    server.instance = instance
    if (writable) instance.readOnly = instance.superReadOnly = false
    life.handler = (call) => handleMysql(instance, call)
    server.#applyFaults()
  }

  /** SIGKILL: what was written stays. */
  crash(): void {
    this.instance = null
    this.process.kill()
  }

  /** Its machine loses power: the process is gone, and what was not synced. `keptShare`: of the relay log's unsynced end. */
  losePower(keptShare: number): void {
    const synced = this.instance?.pipeline.syncedEnd ?? this.data.binlog.length
    this.crash()
    this.#losing(() => this.data.losePower(synced, keptShare))
  }

  /** Its relay log files vanish; a running server is killed and, unless it was to end, started again without them. */
  loseRelayLog(): void {
    const { life } = this.process
    if (life !== null) this.crash()
    this.#losing(() => this.data.dropRelayLog())
    if (life?.stopping === false) this.boot()
  }

  /** SIGTERM: nobody new comes in, what is committing is let finish (for at most `shutdownUs`), then it ends. */
  stop(): void {
    const life = this.process.life!
    life.handler = null
    life.stopping = true
    for (const call of life.open.filter(({ request }) => request.kind !== 'execute')) call.lose()
    this.#world.kernel.queue.after(this.#world.costs.shutdownUs, MysqlServer.#stopped, { server: this, life })
  }

  static #stopped(this: void, stop: { readonly server: MysqlServer; readonly life: Life }): void {
    if (!stop.life.holdsBack(MysqlServer.#stopped, stop)) stop.server.crash()
  }

  /** Its data are replaced by a clone of the donor's, under a new server_uuid. The process must be dead. */
  replaceData(donor: MysqlServer, uuid: string): void {
    if (this.process.life !== null) throw new Error(`assertion: ${this.process.name} is rebuilt while it lives`)
    this.data = donor.data.cloneAs(uuid)
    this.#world.lost(this.process, 'rebuilt')
  }

  #losing(act: () => void): void {
    const before = this.data.held.live.size
    act()
    if (this.data.held.live.size < before) this.#world.lost(this.process, 'relay log')
  }

  /** Slowdowns add up; the returned function takes this one away again. */
  slowDown(slowdown: Slowdown): () => void {
    return this.#slowdowns.add(slowdown)
  }

  get slowness(): Slowdown {
    return this.#slowdowns.total()
  }

  /** Its disk stands still or is full, or its client connections are taken; the returned function takes this one away again. */
  hurt(what: 'stalled' | 'full' | 'exhausted'): () => void {
    this.#hurts[what]++
    this.#applyFaults()
    return () => {
      this.#hurts[what]--
      this.#applyFaults()
    }
  }

  isHurt(what: 'stalled' | 'full' | 'exhausted'): boolean {
    return this.#hurts[what] > 0
  }

  #applyFaults(): void {
    if (this.instance === null) return
    const [isStalled, isFull] = [this.isHurt('stalled'), this.isHurt('full')]
    this.instance.connectionsAreTaken = this.isHurt('exhausted')
    this.instance.pipeline.disk.set({ isStalled, isFull })
    // A relay log is synced now and then, and so it is written while the disk stands still.
    this.instance.receiver.disk.set({ isStalled: false, isFull })
    const { cpuShare, extraSyncUs } = this.slowness
    this.instance.cpu.share = cpuShare
    this.instance.pipeline.extraSyncUs = extraSyncUs
  }
}

/** All MySQL servers of a simulation, by the order of the configured members. */
export class MysqlCluster implements MysqlWorld {
  readonly kernel: Kernel
  readonly network: Network
  readonly costs: MysqlCosts
  readonly members: readonly string[]
  readonly servers: readonly MysqlServer[]
  readonly #byName = new Map<string, MysqlServer>()
  readonly #byProcess: (MysqlServer | undefined)[] = []
  readonly losses: DataLoss[] = []
  readonly #onLag: (member: number, transaction: Transaction, lagUs: number) => void
  #uuids = 0

  constructor(
    kernel: Kernel,
    network: Network,
    costs: MysqlCosts,
    members: readonly string[],
    onLag: (member: number, transaction: Transaction, lagUs: number) => void,
  ) {
    this.kernel = kernel
    this.network = network
    this.costs = costs
    this.members = members
    this.#onLag = onLag
    this.servers = members.map((name, member) => {
      const server = new MysqlServer(this, network.add(name, { pooled: true }), member, this.newUuid())
      this.#byName.set(name, server)
      this.#byProcess[server.process.index] = server
      return server
    })
  }

  server(name: string): MysqlServer {
    const server = this.#byName.get(name)
    if (server === undefined) throw new Error(`assertion: ${name} is no MySQL server`)
    return server
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  instanceOf(process: SimProcess): MysqlInstance | null {
    return this.#byProcess[process.index]?.instance ?? null
  }

  lagged(process: SimProcess, transaction: Transaction, lagUs: number): void {
    this.#onLag(this.#byProcess[process.index]!.member, transaction, lagUs)
  }

  lost({ name: node }: SimProcess, kind: DataLoss['kind']): void {
    this.losses.push({ node, atUs: this.kernel.queue.now, kind })
  }

  /** The same for the same seed, and recognisable: the last part counts. */
  newUuid(): string {
    const stream = this.kernel.streams.stream('uuids')
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0').slice(-digits)
    const first = hex(stream.nextUint32(), 8)
    const rest = stream.nextUint32()
    return `${first}-${hex(rest, 4)}-1${hex(rest >>> 20, 3)}-8${hex(rest >>> 8, 3)}-${hex(++this.#uuids, 12)}`
  }
}
