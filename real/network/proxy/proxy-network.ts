/** The network by proxy: the paths that a scenario needs lead through one process of ours, all others are direct. */
import { randomInt } from 'node:crypto'
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import type { NetworkForm } from '../../../scenarios/worlds.ts'
import { ChildProcess, refusedTo } from '../../processes/child-process.ts'
import type { FromChild } from '../../processes/ipc-messages.ts'
import { LinkLooks } from '../link-looks.ts'
import type { Address, LinkAspect, LinkSight, LinkState, Place, RunNetwork } from '../network.ts'
import type { CarriedOut, ProxyOrder } from './orders.ts'

export interface ProxyOptions {
  /** Where the run's processes listen, and the witness. */
  readonly bind: string
  /** Where the proxy runs, and by which addresses of its own it stands for the run's processes; absent: here, by `bind`. */
  readonly standIn?: { readonly place: Place; readonly addressFor: (name: string) => string }
  readonly reason: string
  readonly seed: number
  /** From opener to acceptor: those that lead through the proxy. */
  readonly paths: readonly Pair[]
  /** Of a link that no fault has changed. */
  readonly base: (link: Pair) => LinkState
  /** A process has been started that somebody has to end when we cannot. */
  readonly own: (name: string, pid: number) => void
  /** The proxy ended by itself, or somebody ended it. */
  readonly onFailure: (error: Error) => void
}

export class ProxyNetwork implements RunNetwork {
  readonly form: NetworkForm = 'proxy'
  readonly reason: string
  readonly #options: ProxyOptions
  readonly #addresses = new Map<string, Address>()
  /** Where a path is entered, by opener and acceptor. */
  readonly #entries = new Map<string, Address>()
  readonly #orders = new Map<number, (done: CarriedOut) => void>()
  #lastOrder = 0
  #proxy: Promise<ChildProcess> | null = null
  #looks: LinkLooks | null = null
  #mayEnd = false

  constructor(options: ProxyOptions) {
    this.#options = options
    this.reason = options.reason
  }

  async start(): Promise<void> {
    const { own, onFailure, seed, paths, base, bind } = this.#options
    this.#proxy = ChildProcess.start(
      'proxy',
      { kind: 'proxy', seed: seed ^ randomInt(2 ** 31) },
      {
        onSpawn: (pid) => own('proxy', pid),
        onMessage: (message) => this.#receive(message),
        onExit: (proxy, ended) => {
          if (!this.#mayEnd) onFailure(proxy.deathBy(ended))
        },
      },
      this.#options.standIn?.place,
    )
    await this.#proxy
    const links = paths.flatMap(([opener, acceptor]): Pair[] => [
      [opener, acceptor],
      [acceptor, opener],
    ])
    await this.#order({ kind: 'links', states: links.map((link) => [link, base(link)] as const) })
    this.#looks = await LinkLooks.begin(bind, paths, base, async (path, { host, port }) => ({
      host: this.#listening(path),
      port: await this.#open(path, host, port),
    }))
  }

  placeOf(): Place {
    return { prefix: [], bind: this.#options.bind }
  }

  async introduce(name: string, address: Address): Promise<void> {
    this.#addresses.set(name, address)
    const { host, port, adminPort } = address
    await Promise.all(
      this.#options.paths
        .filter(([, acceptor]) => acceptor === name)
        .map(async (path) => {
          this.#entries.set(String(path), {
            host: this.#listening(path),
            port: await this.#open(path, host, port),
            adminPort: adminPort === 0 ? 0 : await this.#open(path, host, adminPort),
          })
        }),
    )
  }

  addressOf(from: string, to: string): Address {
    const address = this.#entries.get(String([from, to])) ?? this.#addresses.get(to)
    if (address === undefined) throw new Error(`assertion: ${to} has not been introduced`)
    return address
  }

  isUsed([from, to]: Pair): boolean {
    return this.#options.paths.some((path) => path.includes(from) && path.includes(to))
  }

  async set(link: Pair, state: LinkState): Promise<void> {
    this.#looks!.expect(link, state)
    if (this.isUsed(link)) await this.#order({ kind: 'links', states: [[link, state]] })
  }

  look(link: Pair, aspect: LinkAspect): Promise<LinkSight> {
    return this.#looks!.look(link, aspect)
  }

  async stop(): Promise<void> {
    this.#mayEnd = true
    this.#looks?.end()
    const proxy = await this.#proxy?.catch(() => null)
    await proxy?.kill()
  }

  /** On which address the proxy listens for the acceptor. */
  #listening([, acceptor]: Pair): string {
    return this.#options.standIn?.addressFor(acceptor) ?? this.#options.bind
  }

  async #open(path: Pair, host: string, port: number): Promise<number> {
    const from = this.#options.standIn?.addressFor(path[0]) ?? null
    return (await this.#order({ kind: 'path', path, bind: this.#listening(path), from, host, port })).port
  }

  /** One that dies meanwhile ends the run: its orders are never carried out. */
  async #order(order: ProxyOrder): Promise<CarriedOut> {
    const proxy = await this.#proxy!
    const id = ++this.#lastOrder
    return await new Promise((resolve) => {
      this.#orders.set(id, resolve)
      proxy.send({ kind: 'order', id, order })
    })
  }

  #receive(message: FromChild): void {
    if (message.kind === 'refused') this.#options.onFailure(refusedTo('proxy', message))
    else if (message.kind === 'fatal') this.#options.onFailure(new Error(`proxy failed: ${message.message}`))
    if (message.kind !== 'carriedOut') return
    this.#orders.get(message.id)?.(message)
    this.#orders.delete(message.id)
  }
}
