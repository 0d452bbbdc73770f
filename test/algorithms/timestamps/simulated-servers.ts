/**
 * The timestamp servers of a simulated cluster, without its MySQL servers and its coordinator, asked by two clients
 * while faults come and go: the algorithms as they run, fibers, journals and network included.
 */
import { type Fiber, FiberProcess, now } from '../../../algorithms/fiber.ts'
import type { TimestampServer } from '../../../algorithms/servers.ts'
import type { TimestampClient } from '../../../algorithms/timestamps/algorithm.ts'
import { TIMESTAMP_ALGORITHMS, type TimestampAlgorithmName } from '../../../algorithms/timestamps/algorithms.ts'
import { compareTimestamps, type Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { cut, troubleLinks } from '../../../sim/faults/link-effects.ts'
import { SimCluster } from '../../../sim/mysql/cluster.ts'
import type { Session } from './real-time-law.ts'

const CLIENTS = ['client', 'coordinator']
const DEADLINES = { requestUs: 50_000, giveUpUs: 1_000_000 }
/** From the start of the processes until they answer. */
const BOOT_US = 1_000_000

export interface CausalSession extends Session {
  /** What it told the server to exceed. */
  readonly after: Timestamp | null
}

export class SimulatedServers {
  readonly cluster: SimCluster
  readonly names: readonly string[]
  readonly history: CausalSession[] = []
  readonly #below: (n: number) => number
  readonly #clients: readonly { readonly process: FiberProcess; readonly client: TimestampClient }[]
  #latest: Timestamp | null = null

  constructor(algorithm: TimestampAlgorithmName, servers: number, seed: number, leaseMs: number) {
    const text = `
name: timestamps
cluster: { nodes: 2, timestampServers: ${servers} }
algorithms: { timestamps: ${algorithm} }
tuning: { timestampLease: ${leaseMs}ms }
`
    this.cluster = new SimCluster(parseScenario(text, 'timestamps.yaml'), seed)
    const stream = new RandomStreams(seed).stream('adversary')
    this.#below = (n) => Math.floor(stream.uniform() * n)
    this.names = Array.from({ length: servers }, (_, i) => `timestamp-${i + 1}`)
    for (const name of this.names) this.cluster.hosts.get(name)!.boot()
    const { network, world } = this.cluster
    const addresses = this.names.map((name): TimestampServer => ({ name, kind: 'timestamp' }))
    this.#clients = CLIENTS.map((name) => {
      if (network.process(name).life === null) network.process(name).start()
      const process = new FiberProcess(name, world, (error) => {
        this.cluster.fatal ??= error
      })
      return { process, client: TIMESTAMP_ALGORITHMS[algorithm].client(addresses, DEADLINES) }
    })
    this.run(BOOT_US)
  }

  get nowUs(): number {
    return this.cluster.kernel.queue.now
  }

  run(us: number): void {
    this.cluster.kernel.queue.run(this.nowUs + us)
    if (this.cluster.fatal !== null) throw this.cluster.fatal
  }

  /** For so long, sessions every so often, from either client; each knows of what some earlier session got. */
  ask(forUs: number, everyUs: number): void {
    for (let atUs = 0; atUs < forUs; atUs += 1 + this.#below(2 * everyUs))
      this.#after(atUs, () => {
        const { process, client } = this.#clients[this.#below(CLIENTS.length)]!
        process.spawn('session', this.#session(client, this.#below(2) === 0 ? this.#latest : null))
      })
  }

  *#session(client: TimestampClient, after: Timestamp | null): Fiber<void> {
    const beganAt = yield* now()
    const timestamp = yield* client.next(after)
    if (timestamp === null) return
    this.history.push({ beganAt, endedAt: yield* now(), timestamp, after })
    if (this.#latest === null || compareTimestamps(this.#latest, timestamp) < 0) this.#latest = timestamp
  }

  /** Crashes, pauses, cuts and troubled links, on one server or several, each undone some time later. */
  hurt(forUs: number, everyUs: number): void {
    for (let atUs = 0; atUs < forUs; atUs += 1 + this.#below(2 * everyUs)) this.#after(atUs, () => this.#hurtOne())
  }

  /** Wrong clocks for all: by up to `byUs` either way. */
  skew(byUs: number): void {
    for (const name of this.names) this.cluster.clocks.get(name)!.skew(this.#below(2 * byUs + 1) - byUs, 0)
  }

  #hurtOne(): void {
    const name = this.names[this.#below(this.names.length)]!
    const { network, hosts } = this.cluster
    const process = network.process(name)
    const lastsUs = 1_000 * (10 + this.#below(900))
    const others = network.processes.filter((other) => other !== process && !other.local)
    const outward = others.map((other) => network.link(process, other))
    const inward = others.map((other) => network.link(other, process))
    const links = [[...outward, ...inward], inward, outward][this.#below(3)]!
    switch (this.#below(6)) {
      case 0: {
        if (process.life === null) return
        hosts.get(name)!.crash()
        this.#after(lastsUs, () => process.life ?? hosts.get(name)!.boot())
        return
      }
      case 1: {
        const { life } = process
        if (life?.running !== true) return
        life.pause()
        this.#after(lastsUs, () => life.alive && life.resume())
        return
      }
      case 2:
        this.#after(lastsUs, cut(links))
        return
      default: {
        const kind = (['lose', 'duplicate', 'reorder'] as const)[this.#below(3)]!
        this.#after(lastsUs, troubleLinks(links, { kind, ratio: (1 + this.#below(5)) / 10 }))
      }
    }
  }

  #after(us: number, action: () => void): void {
    this.cluster.kernel.queue.after(us, action, undefined)
  }
}
