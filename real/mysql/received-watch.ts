/**
 * Sees when the transaction of a write has arrived in a replica's relay log, as steps that fire `after:` it ask. MySQL
 * shows of a relay log only its GTIDs, and the client learns its GTID with the answer, which may be too late. So the
 * source is asked until it shows the row, and then what it had executed by then (the row's transaction is among it) has
 * to be at the replica: true when it is said, and late by whatever else was committed in between.
 */
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { MysqlRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Driver } from '../drivers/driver.ts'
import { MysqlClient } from './client.ts'
import { NO_SETUP } from './connection.ts'
import { decoded } from './decoded.ts'
import { ConnectionPool } from './pool.ts'
import { EXECUTED } from './state.ts'
import { EarlierLooks, watchEndpoint } from './target.ts'

interface Awaited {
  readonly op: number
  readonly node: string
}

const POLL_MS = 1
const ASK_US = 1_000_000

export class ReceivedWatch {
  readonly #sources: ReadonlyMap<string, ConnectionPool>
  readonly #replicas: ReadonlyMap<string, MysqlClient>
  readonly #source: () => string | null
  readonly #onReceived: (awaited: Awaited) => void
  #stopped = false

  /** `source`: who reigns now. */
  private constructor(driver: Driver, source: () => string | null, onReceived: (awaited: Awaited) => void) {
    const { nodes: members, accounts } = driver
    const targetOf = (node: (typeof members)[number]) => ({ node, members, accounts, semiSync: null })
    this.#sources = new Map(
      members.map((node) => [
        node.name,
        new ConnectionPool(watchEndpoint({ ...targetOf(node), earlier: new EarlierLooks() }), NO_SETUP, 1),
      ]),
    )
    this.#replicas = new Map(
      members.map((node) => [node.name, new MysqlClient(targetOf(node), { dataConnections: 1 })]),
    )
    this.#source = source
    this.#onReceived = onReceived
  }

  /** Null: no step waits for a receipt. */
  static of(
    { faults }: Pick<Scenario, 'faults'>,
    driver: Driver,
    source: () => string | null,
    onReceived: (awaited: Awaited) => void,
  ): ReceivedWatch | null {
    const awaited = faults.flatMap(({ after }) => (after?.kind === 'received' ? [after] : []))
    if (awaited.length === 0) return null
    const watch = new ReceivedWatch(driver, source, onReceived)
    watch.#watch(awaited)
    return watch
  }

  /** Each is told once, or never. */
  #watch(awaited: readonly Awaited[]): void {
    for (const one of awaited) void this.#await(one)
  }

  stop(): void {
    this.#stopped = true
    for (const pool of this.#sources.values()) pool.close()
    for (const client of this.#replicas.values()) client.close()
  }

  async #await(awaited: Awaited): Promise<void> {
    const gtids = await this.#executedWith(awaited.op)
    const replica = this.#replicas.get(awaited.node)!
    while (!this.#stopped && gtids !== null) {
      const request = { kind: 'waitFor', gtids, level: 'received', timeoutUs: ASK_US }
      const outcome = await new Promise<Outcome<ReplyOf<MysqlRequests, 'waitFor'>>>((resolve) => {
        replica.call(request, 2 * ASK_US, (answer) => resolve(answer as Outcome<ReplyOf<MysqlRequests, 'waitFor'>>))
      })
      if (this.#stopped) return
      if (outcome.kind === 'ok' && outcome.reply.covered) {
        this.#onReceived(awaited)
        return
      }
      if (outcome.kind !== 'ok') await pause()
    }
  }

  /** What the source had executed when it showed the row. Null: stopped. */
  async #executedWith(op: number): Promise<GtidSet | null> {
    while (!this.#stopped) {
      const pool = this.#sources.get(this.#source() ?? '')
      const gtids = pool === undefined ? null : await look(pool, op)
      if (gtids !== null) return gtids
      await pause()
    }
    return null
  }
}

/** The row first, the GTIDs behind it: they are no older than the row. */
function look(pool: ConnectionPool, op: number): Promise<GtidSet | null> {
  return new Promise((resolve) => {
    pool.submit(`SELECT 1 FROM quorumlab.operations WHERE op = ${op}; ${EXECUTED}`, ASK_US, (failure, result) => {
      const [rows, executed] = (failure === null ? result : [[], []]) as unknown[][][]
      const gtids = rows!.length === 0 ? null : decoded(() => MutableGtidSet.parse(executed![0]![0] as string))
      resolve(gtids?.kind === 'ok' ? gtids.reply : null)
    })
  })
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS))
}
