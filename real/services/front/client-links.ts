/** The connections of one client to the servers: one to each that it has needed, opened when it is. */

import type { Account } from '../../mysql/connection.ts'
import type { NodeAddress } from '../../mysql/target.ts'
import type { Introduction } from './login.ts'
import { ServerLink } from './server-link.ts'
import type { SessionSettings } from './session-settings.ts'

export class ClientLinks {
  readonly #introduction: Introduction
  readonly #account: Account
  readonly #settings: SessionSettings
  readonly #onEnd: (link: ServerLink) => void
  readonly #links = new Map<string, ServerLink>()

  constructor(
    introduction: Introduction,
    account: Account,
    settings: SessionSettings,
    onEnd: (link: ServerLink) => void,
  ) {
    this.#introduction = introduction
    this.#account = account
    this.#settings = settings
    this.#onEnd = onEnd
  }

  get all(): Iterable<ServerLink> {
    return this.#links.values()
  }

  /** Open, and told everything that the session has set. Rejects with LinkRefused. */
  async to(node: NodeAddress, isReplica: boolean): Promise<ServerLink> {
    const key = `${node.name} ${isReplica ? 'replica' : 'source'}`
    let link = this.#links.get(key)
    if (link === undefined || !link.isOpen) {
      const { capabilities, collation } = this.#introduction
      const options = { account: this.#account, capabilities, collation, database: '' }
      link = await ServerLink.open({ ...node, isReplica }, options, () => {
        if (this.#links.get(key) === link) this.#links.delete(key)
        this.#onEnd(link!)
      })
      this.#links.set(key, link)
    }
    await this.#settings.apply(link, isReplica)
    return link
  }

  /** A source that is none any more may never answer, and what it answers nobody may see. */
  sourceIs(node: string): void {
    for (const link of [...this.#links.values()]) if (!link.isReplica && link.node !== node) link.destroy()
  }

  close(): void {
    for (const link of [...this.#links.values()]) link.destroy()
    this.#links.clear()
  }
}
