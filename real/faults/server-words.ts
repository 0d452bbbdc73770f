/** What the servers themselves say when a step has asked the coordinator for something: each over a connection of its own. */
import type { MysqlRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import { type ServerWord, type WritersSight, writersSight } from '../../scenarios/faults/writers.ts'
import type { Driver } from '../drivers/driver.ts'
import { MysqlClient } from '../mysql/client.ts'

/** A server that does not answer so soon says nothing: it is paused, down, or busy starting. */
const ANSWER_US = 1_000_000

export class ServerWords {
  readonly #servers: readonly { readonly name: string; readonly client: MysqlClient }[]

  constructor({ nodes: members, accounts }: Pick<Driver, 'nodes' | 'accounts'>) {
    this.#servers = members.map((node) => ({
      name: node.name,
      client: new MysqlClient({ node, members, accounts, semiSync: null }, { dataConnections: 1 }),
    }))
  }

  async look(): Promise<WritersSight> {
    const words = await Promise.all(this.#servers.map(({ name, client }) => wordOf(name, client)))
    return writersSight(words.filter((word) => word !== null))
  }

  close(): void {
    for (const { client } of this.#servers) client.close()
  }
}

async function wordOf(name: string, client: MysqlClient): Promise<ServerWord | null> {
  const outcome = await new Promise<Outcome<ReplyOf<MysqlRequests, 'probe'>>>((resolve) => {
    client.call({ kind: 'probe' }, ANSWER_US, (answer) => resolve(answer as Outcome<ReplyOf<MysqlRequests, 'probe'>>))
  })
  if (outcome.kind !== 'ok') return null
  const { superReadOnly, offline, executed, retrieved } = outcome.reply
  return { name, superReadOnly, offline, held: executed.union(retrieved) }
}
