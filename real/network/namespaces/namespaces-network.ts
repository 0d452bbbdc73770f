/**
 * The network of a run whose processes live in namespaces. What is cut is cut by the kernel of the room where it would
 * arrive, and what is slow leaves its room slowly: programs and servers see what they would see on machines of their own.
 */
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import type { Address, LinkAspect, LinkSight, LinkState, Place, RunNetwork } from '../network.ts'
import { ProxyNetwork, type ProxyOptions } from '../proxy/proxy-network.ts'
import { Outpost } from './outpost.ts'
import type { Rooms } from './room.ts'
import { bandwidth, delivery, type End } from './room-looks.ts'
import { type Barrier, type Peer, RoomRules } from './room-rules.ts'

interface Parts {
  /** Makes the rooms of the run and answers for them: a driver. */
  rooms(names: readonly string[]): Promise<Rooms>
  /** Every process of the run. */
  readonly names: readonly string[]
  /** Does anything travel on it? */
  readonly isUsed: (link: Pair) => boolean
  /** Why this form. */
  readonly reason: string
  /** The paths with something that no kernel does, and what their proxy takes; none: there is no proxy. */
  readonly proxy: Omit<ProxyOptions, 'bind' | 'reason' | 'standIn'>
}

export class NamespacesNetwork implements RunNetwork {
  readonly form = 'namespaces'
  readonly reason: string
  readonly #parts: Parts
  readonly #rules = new Map<string, RoomRules>()
  readonly #peers = new Map<string, Peer>()
  readonly #addresses = new Map<string, Address>()
  /** By `a->b`. */
  readonly #states = new Map<string, LinkState>()
  readonly #outposts = new Map<string, Promise<Outpost>>()
  #proxy: ProxyNetwork | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    this.reason = parts.reason
  }

  async start(): Promise<void> {
    const { names, reason, proxy } = this.#parts
    const made = await this.#parts.rooms(names)
    for (const room of made.rooms) {
      this.#rules.set(room.name, new RoomRules(room))
      this.#peers.set(room.name, { name: room.name, addresses: [room.address, made.aliases.get(room.name)!] })
    }
    made.onRenewed((name) => this.#furnish(name))
    await Promise.all(names.map((name) => this.#furnish(name)))
    if (proxy.paths.length === 0) return
    const addressFor = (name: string) => made.aliases.get(name)!
    const standIn = { place: made.proxy, addressFor }
    this.#proxy = new ProxyNetwork({ ...proxy, reason, bind: made.harness, standIn })
    await this.#proxy.start()
  }

  placeOf(name: string): Place {
    return this.#rulesOf(name).room.place
  }

  async introduce(name: string, address: Address): Promise<void> {
    this.#addresses.set(name, address)
    await this.#proxy?.introduce(name, address)
  }

  addressOf(from: string, to: string): Address {
    if (this.#proxy !== null) return this.#proxy.addressOf(from, to)
    const address = this.#addresses.get(to)
    if (address === undefined) throw new Error(`assertion: ${to} has not been introduced`)
    return address
  }

  isUsed(link: Pair): boolean {
    return this.#parts.isUsed(link)
  }

  async set([from, to]: Pair, state: LinkState): Promise<void> {
    this.#states.set(`${from}->${to}`, state)
    const [sender, receiver] = [this.#rulesOf(from), this.#rulesOf(to)]
    const [sending, receiving] = [this.#peers.get(from)!, this.#peers.get(to)!]
    await Promise.all([
      receiver.bar(sending, this.#barrierOf(from, to)),
      // A reset is for both ends of a connection, whoever has opened it.
      sender.bar(receiving, this.#barrierOf(to, from)),
      sender.limit(receiving, state.bandwidthBytesPerSec),
      // What the kernel does to the link, it does to what the proxy sends over it. A reset need not wait for a packet there.
      this.#proxy?.set([from, to], {
        ...state,
        cut: state.cut === 'reset' ? 'reset' : null,
        bandwidthBytesPerSec: null,
      }),
    ])
  }

  async look([from, to]: Pair, aspect: LinkAspect): Promise<LinkSight> {
    if (aspect === 'delivery' || aspect === 'bandwidth') {
      const limit = this.#states.get(`${from}->${to}`)?.bandwidthBytesPerSec ?? null
      const look = aspect === 'delivery' ? delivery : bandwidth
      return await look(await this.#endOf(from), await this.#endOf(to), limit)
    }
    if (this.#proxy === null) throw new Error(`assertion: the ${aspect} of ${from}->${to} is what the kernel makes it`)
    return await this.#proxy.look([from, to], aspect)
  }

  /** The rooms go with the driver that has made them. */
  async stop(): Promise<void> {
    await this.#proxy?.stop()
    for (const opened of this.#outposts.values()) (await opened.catch(() => null))?.close()
    this.#outposts.clear()
  }

  /** Rules hold before anybody in the room can have opened a connection; the harness's socket there has time. */
  async #furnish(name: string): Promise<void> {
    const rules = this.#rulesOf(name)
    await rules.furnish()
    const { enter, address } = rules.room
    if (enter === null) return
    const former = this.#outposts.get(name)
    const opened = Outpost.open(enter, address)
    opened.catch(() => {})
    this.#outposts.set(name, opened)
    former?.then((outpost) => outpost.close()).catch(() => {})
  }

  async #endOf(name: string): Promise<End> {
    return { name, outpost: (await this.#outposts.get(name)) ?? null }
  }

  #barrierOf(from: string, to: string): Barrier | null {
    const [there, back] = [`${from}->${to}`, `${to}->${from}`].map((link) => this.#states.get(link)?.cut)
    if (there === 'drop') return 'drop'
    return there === 'reset' || back === 'reset' ? 'reject' : null
  }

  #rulesOf(name: string): RoomRules {
    const rules = this.#rules.get(name)
    if (rules === undefined) throw new Error(`assertion: ${name} has no room`)
    return rules
  }
}
