/** No network of the run's own: everybody is reached where it listens, and the links are as the machine has them. */
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import type { NetworkForm } from '../../scenarios/worlds.ts'
import type { Address, LinkAspect, LinkSight, LinkState, Place, RunNetwork } from './network.ts'

export class DirectNetwork implements RunNetwork {
  readonly form: NetworkForm = 'direct'
  readonly reason: string
  readonly #bind: string
  readonly #addresses = new Map<string, Address>()

  /** `bind`: what processes listen on. */
  constructor(bind: string, reason: string) {
    this.#bind = bind
    this.reason = reason
  }

  async start(): Promise<void> {}

  placeOf(): Place {
    return { prefix: [], bind: this.#bind }
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

  async set([from, to]: Pair, _state: LinkState): Promise<void> {
    throw new Error(`assertion: nothing can be done to ${from}->${to}, a direct link`)
  }

  async look([from, to]: Pair, _aspect: LinkAspect): Promise<LinkSight> {
    throw new Error(`assertion: ${from}->${to} is a direct link, which nobody looks at`)
  }

  async stop(): Promise<void> {}
}
