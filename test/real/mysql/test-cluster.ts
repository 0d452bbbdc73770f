/** Real servers for one test, and words to talk to them. Everything is gone when the body ends, however it ends. */
import assert from 'node:assert/strict'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import type { GtidSet } from '../../../algorithms/gtid-set.ts'
import type { SemiSyncSettings } from '../../../algorithms/semi-sync.ts'
import type {
  AdminCommand,
  MysqlRequests,
  Outcome,
  ReplyOf,
  RequestOf,
  ServerState,
} from '../../../algorithms/servers.ts'
import type { Driver } from '../../../real/drivers/driver.ts'
import { createLocalDriver } from '../../../real/drivers/local/local-driver.ts'
import { MysqlClient } from '../../../real/mysql/client.ts'
import { MysqlConnection, NO_SETUP } from '../../../real/mysql/connection.ts'
import type { Callable } from '../../../real/transport/callable.ts'
import { insertOf } from '../../support/keyed.ts'

export const DATA_CONNECTIONS = 4

class TestCluster {
  readonly driver: Driver
  readonly #clients: MysqlClient[]
  readonly #connections: MysqlConnection[] = []

  readonly #semiSync: SemiSyncSettings | null

  constructor(driver: Driver, semiSync: SemiSyncSettings | null) {
    this.driver = driver
    this.#semiSync = semiSync
    this.#clients = driver.nodes.map((_, member) => this.coordinatorOf(member))
  }

  /** Another coordinator's client of that member. */
  coordinatorOf(member: number): MysqlClient {
    const { nodes: members, accounts } = this.driver
    const server = { node: members[member]!, members, accounts, semiSync: this.#semiSync }
    return new MysqlClient(server, { dataConnections: DATA_CONNECTIONS })
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close()
    for (const connection of this.#connections) connection.destroy()
    await this.driver.stop()
  }

  call<K extends keyof MysqlRequests>(
    member: number,
    request: RequestOf<MysqlRequests> & { readonly kind: K },
    deadlineUs = 5_000_000,
  ): Promise<Outcome<ReplyOf<MysqlRequests, K>>> {
    return callOf(this.#clients[member]!, request, deadlineUs)
  }

  async ok<K extends keyof MysqlRequests>(
    member: number,
    request: RequestOf<MysqlRequests> & { readonly kind: K },
  ): Promise<ReplyOf<MysqlRequests, K>> {
    const outcome = await this.call(member, request)
    assert.equal(outcome.kind, 'ok', `${request.kind} on member ${member}: ${JSON.stringify(outcome)}`)
    return (outcome as { readonly reply: ReplyOf<MysqlRequests, K> }).reply
  }

  administer(member: number, epoch: number, source: string | null, action: AdminCommand): Promise<ServerState> {
    return this.ok(member, { kind: 'administer', epoch, source, action })
  }

  /** As a coordinator begins an epoch: everybody detached, `source` promoted, the others pointed at it. */
  async reign(epoch: number, source: number, followers: readonly number[]): Promise<void> {
    for (const member of [source, ...followers])
      await this.administer(member, epoch, null, { command: 'detach', promise: epoch })
    const { uuid, executed } = await this.ok(source, { kind: 'probe' })
    const marker = markerOf({ epoch, k: 1, member: source, base: executed.highest(uuid) })
    const name = this.driver.nodes[source]!.name
    await this.administer(source, epoch, name, { command: 'promote', marker, k: 1 })
    for (const member of followers)
      await this.administer(member, epoch, name, { command: 'point', source: name, drain: false })
  }

  async write(member: number, op: number, key = 1): Promise<GtidSet> {
    const { gtid } = await this.ok(member, insertOf(op, key, { counter: op, server: 1 }))
    const { MutableGtidSet } = await import('../../../algorithms/gtid-set.ts')
    return MutableGtidSet.of(gtid!)
  }

  async waitApplied(member: number, gtids: GtidSet): Promise<void> {
    const reply = await this.ok(member, { kind: 'waitFor', gtids, level: 'applied', timeoutUs: 5_000_000 })
    assert.equal(reply.covered, true)
  }

  /** A plain connection as administrator, for what no coordinator would do. */
  async sql(member: number): Promise<(text: string) => Promise<unknown>> {
    const { host, port } = this.driver.nodes[member]!
    const endpoint = { host, port, account: this.driver.accounts.admin }
    const connection = await new Promise<MysqlConnection>((resolve, reject) => {
      new MysqlConnection(endpoint, NO_SETUP, resolve, (_, failure) => reject(new Error(failure.reason)))
    })
    this.#connections.push(connection)
    return (text) =>
      new Promise((resolve, reject) => {
        connection.run(text, 10_000, (failure, result) =>
          failure === null ? resolve(result) : reject(new Error(failure.reason)),
        )
      })
  }
}

export function callOf<K extends keyof MysqlRequests>(
  client: Callable,
  request: RequestOf<MysqlRequests> & { readonly kind: K },
  deadlineUs = 5_000_000,
): Promise<Outcome<ReplyOf<MysqlRequests, K>>> {
  return new Promise((resolve) => {
    client.call(request, deadlineUs, (outcome) => resolve(outcome as Outcome<ReplyOf<MysqlRequests, K>>))
  })
}

export async function withCluster(
  nodes: number,
  body: (cluster: TestCluster) => Promise<void>,
  semiSync: SemiSyncSettings | null = null,
): Promise<void> {
  const driver = await createLocalDriver({ nodes })
  let cluster: TestCluster | null = null
  try {
    await driver.start()
    cluster = new TestCluster(driver, semiSync)
    await body(cluster)
  } finally {
    await (cluster?.close() ?? driver.stop())
  }
}
