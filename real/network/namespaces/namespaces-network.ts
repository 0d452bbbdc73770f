/**
 * The network of a run whose processes live in namespaces. What is cut is cut by the kernel of the room where it would
 * arrive, and what is slow leaves its room slowly: programs and servers see what they would see on machines of their own.
 */
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import { type Belonging, type BelongingKind, removeBelongings } from '../../drivers/local/belongings.ts'
import type { Ownership } from '../../drivers/local/ownership.ts'
import type { Address, LinkAspect, LinkSight, LinkState, Place, RunNetwork } from '../network.ts'
import { arrival } from './arrival.ts'
import { type Barrier, RoomRules } from './room-rules.ts'
import { makeRooms } from './rooms.ts'

interface Parts {
  /** Every process of the run. */
  readonly names: readonly string[]
  readonly ownership: Pick<Ownership, 'id' | 'note'>
  /** Why this form. */
  readonly reason: string
}

export class NamespacesNetwork implements RunNetwork {
  readonly form = 'namespaces'
  readonly reason: string
  readonly #parts: Parts
  readonly #made: Belonging[] = []
  readonly #rules = new Map<string, RoomRules>()
  readonly #addresses = new Map<string, Address>()
  /** By `a->b`. */
  readonly #cuts = new Map<string, LinkState['cut']>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.reason = parts.reason
  }

  async start(): Promise<void> {
    const { ownership, names } = this.#parts
    const note = (kind: BelongingKind, name: string) => {
      ownership.note(kind, name)
      this.#made.push({ kind, name })
    }
    const { rooms } = await makeRooms(ownership.id, names, { note })
    const addresses = [...rooms.values()].map(({ address }) => address)
    for (const room of rooms.values()) this.#rules.set(room.name, new RoomRules(room))
    await Promise.all([...this.#rules.values()].map((rules) => rules.furnish(addresses)))
  }

  placeOf(name: string): Place {
    const { enter, address } = this.#rulesOf(name).room
    return { prefix: enter, bind: address }
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
    await Promise.all([
      receiver.bar(sender.room.address, this.#barrierOf(from, to)),
      // A reset is for both ends of a connection, whoever has opened it.
      sender.bar(receiver.room.address, this.#barrierOf(to, from)),
      sender.limit(receiver.room.address, state.bandwidthBytesPerSec),
    ])
  }

  async look([from, to]: Pair, aspect: LinkAspect): Promise<LinkSight> {
    if (aspect !== 'delivery') throw new Error(`assertion: nobody looks at the ${aspect} of ${from}->${to}`)
    return { ...(await arrival(this.#rulesOf(from), this.#rulesOf(to))), amount: 0 }
  }

  /** They go with the rest of what the run owns, but for what was made at that very moment. */
  async stop(): Promise<void> {
    removeBelongings(this.#made)
  }

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
