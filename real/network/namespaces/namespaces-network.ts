/**
 * The network of a run whose processes live in namespaces. What is cut is cut by the kernel of the room where it would
 * arrive, and what is slow leaves its room slowly: programs and servers see what they would see on machines of their own.
 */
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import type { Address, LinkAspect, LinkSight, LinkState, Place, RunNetwork } from '../network.ts'
import { arrival } from './arrival.ts'
import type { Rooms } from './room.ts'
import { type Barrier, type Peer, RoomRules } from './room-rules.ts'

/** Makes the rooms of a run and answers for them: a driver. */
interface Builder {
  rooms(names: readonly string[]): Promise<Rooms>
}

export class NamespacesNetwork implements RunNetwork {
  readonly form = 'namespaces'
  readonly reason: string
  readonly #builder: Builder
  readonly #names: readonly string[]
  readonly #rules = new Map<string, RoomRules>()
  readonly #peers = new Map<string, Peer>()
  readonly #addresses = new Map<string, Address>()
  /** By `a->b`. */
  readonly #cuts = new Map<string, LinkState['cut']>()

  /** `names`: every process of the run. `reason`: why this form. */
  constructor(builder: Builder, names: readonly string[], reason: string) {
    this.#builder = builder
    this.#names = names
    this.reason = reason
  }

  async start(): Promise<void> {
    const made = await this.#builder.rooms(this.#names)
    const addresses = made.rooms.map(({ address }) => address)
    for (const room of made.rooms) {
      const { name, address } = room
      this.#rules.set(name, new RoomRules(room))
      this.#peers.set(name, { name, addresses: [address, made.aliases.get(name)!] })
    }
    made.onRenewed((name) => this.#rulesOf(name).furnish(addresses))
    await Promise.all([...this.#rules.values()].map((rules) => rules.furnish(addresses)))
  }

  placeOf(name: string): Place {
    return this.#rulesOf(name).room.place
  }

  async introduce(name: string, address: Address): Promise<void> {
    this.#addresses.set(name, address)
  }

  addressOf(_from: string, to: string): Address {
    const address = this.#addresses.get(to)
    if (address === undefined) throw new Error(`assertion: ${to} has not been introduced`)
    return address
  }

  isUsed(): boolean {
    return true
  }

  async set([from, to]: Pair, state: LinkState): Promise<void> {
    this.#cuts.set(`${from}->${to}`, state.cut)
    const [sender, receiver] = [this.#rulesOf(from), this.#rulesOf(to)]
    const [sending, receiving] = [this.#peers.get(from)!, this.#peers.get(to)!]
    await Promise.all([
      receiver.bar(sending, this.#barrierOf(from, to)),
      // A reset is for both ends of a connection, whoever has opened it.
      sender.bar(receiving, this.#barrierOf(to, from)),
      sender.limit(receiving, state.bandwidthBytesPerSec),
    ])
  }

  async look([from, to]: Pair, aspect: LinkAspect): Promise<LinkSight> {
    if (aspect !== 'delivery') throw new Error(`assertion: nobody looks at the ${aspect} of ${from}->${to}`)
    return { ...(await arrival(this.#rulesOf(from), this.#rulesOf(to))), amount: 0 }
  }

  /** The rooms go with the driver that has made them. */
  async stop(): Promise<void> {}

  #barrierOf(from: string, to: string): Barrier | null {
    const [there, back] = [this.#cuts.get(`${from}->${to}`), this.#cuts.get(`${to}->${from}`)]
    if (there === 'drop') return 'drop'
    return there === 'reset' || back === 'reset' ? 'reject' : null
  }

  #rulesOf(name: string): RoomRules {
    const rules = this.#rules.get(name)
    if (rules === undefined) throw new Error(`assertion: ${name} has no room`)
    return rules
  }
}
