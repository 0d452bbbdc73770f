/** Four simulated MySQL servers and one administrator, for tests that speak to them directly, step by step. */
import assert from 'node:assert/strict'
import type { Gtid } from '../../../algorithms/gtid-set.ts'
import type { SemiSyncSettings } from '../../../algorithms/semi-sync.ts'
import type {
  AdminCommand,
  MysqlRequests,
  Outcome,
  ReplyOf,
  RequestOf,
  ServerState,
} from '../../../algorithms/servers.ts'
import type { Executed } from '../../../algorithms/statements.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { Kernel } from '../../../sim/kernel/kernel.ts'
import type { SimProcess } from '../../../sim/kernel/process.ts'
import { Administrator } from '../../../sim/mysql/administrator.ts'
import { DEFAULT_COSTS, type MysqlCosts } from '../../../sim/mysql/costs.ts'
import type { MysqlInstance } from '../../../sim/mysql/instance.ts'
import { MysqlCluster, type MysqlServer } from '../../../sim/mysql/server.ts'
import type { Statement, StatementResult } from '../../../sim/mysql/statements.ts'
import { Network } from '../../../sim/network/network.ts'
import { insertOf } from '../../support/keyed.ts'

interface Asked<T> {
  outcome: Outcome<T> | null
}

export class BenchCluster {
  readonly kernel: Kernel
  readonly network: Network
  readonly coordinator: SimProcess
  readonly mysql: MysqlCluster
  readonly administrator: Administrator
  readonly lags: { node: string; gtid: Gtid; lagUs: number }[] = []
  #ops = 0

  constructor(
    options: { seed?: number; costs?: Partial<MysqlCosts>; semiSync?: SemiSyncSettings; nodes?: number } = {},
  ) {
    const costs = { ...DEFAULT_COSTS, ...options.costs }
    this.kernel = new Kernel(new RandomStreams(options.seed ?? 1))
    this.network = new Network(this.kernel, {
      defaultDelay: { kind: 'lognormal', medianUs: 200, sigma: 0.3 },
      links: [],
    })
    this.coordinator = this.network.add('coordinator')
    this.coordinator.start()
    const members = Array.from({ length: options.nodes ?? 4 }, (_, i) => `node${i + 1}`)
    this.mysql = new MysqlCluster(this.kernel, this.network, costs, members, (member, { gtid }, lagUs) =>
      this.lags.push({ node: members[member]!, gtid, lagUs }),
    )
    this.administrator = new Administrator(this.mysql, {
      semiSync: options.semiSync ?? null,
      heartbeatUs: costs.heartbeatUs,
    })
    for (const server of this.mysql.servers) server.boot(0)
    this.run(1)
  }

  run(ms: number): void {
    this.kernel.queue.run(this.kernel.queue.now + ms * 1_000)
  }

  /** Runs the simulation until it holds; fails after `limitMs`. */
  until(holds: () => boolean, what: string, limitMs = 10_000): void {
    const limitUs = this.kernel.queue.now + limitMs * 1_000
    while (!holds()) {
      assert.ok(this.kernel.queue.now < limitUs, `not within ${limitMs} ms: ${what}`)
      assert.ok(this.kernel.queue.runNext(), `nothing happens any more: ${what}`)
    }
  }

  server(name: string): MysqlServer {
    return this.mysql.server(name)
  }

  instance(name: string): MysqlInstance {
    const { instance } = this.server(name)
    assert.ok(instance !== null, `${name} is not running`)
    return instance
  }

  state(name: string): ServerState {
    return this.instance(name).state()
  }

  /** Sends a request and does not wait. */
  send<K extends keyof MysqlRequests & string>(
    node: string,
    request: { kind: K } & MysqlRequests[K]['request'],
    deadlineMs = 60_000,
  ): Asked<ReplyOf<MysqlRequests, K>> {
    const asked: Asked<ReplyOf<MysqlRequests, K>> = { outcome: null }
    const waiter = {
      resume: (outcome: Outcome<unknown>) => {
        asked.outcome = outcome as Outcome<ReplyOf<MysqlRequests, K>>
      },
    }
    const server = this.network.process(node)
    if (request.kind === 'administer')
      this.administrator.administer(
        this.coordinator,
        server,
        request as unknown as Extract<RequestOf<MysqlRequests>, { kind: 'administer' }>,
        deadlineMs * 1_000,
        waiter,
      )
    else this.network.call(this.coordinator, server, request, deadlineMs * 1_000, waiter)
    return asked
  }

  /** Sends a request and runs until it is answered, or its deadline is over. */
  ask<K extends keyof MysqlRequests & string>(
    node: string,
    request: { kind: K } & MysqlRequests[K]['request'],
    deadlineMs = 60_000,
  ): Outcome<ReplyOf<MysqlRequests, K>> {
    const asked = this.send(node, request, deadlineMs)
    this.until(() => asked.outcome !== null, `${request.kind} on ${node}`, deadlineMs + 1_000)
    return asked.outcome!
  }

  /** ... and insists on `ok`. */
  get<K extends keyof MysqlRequests & string>(
    node: string,
    request: { kind: K } & MysqlRequests[K]['request'],
  ): ReplyOf<MysqlRequests, K> {
    const outcome = this.ask(node, request)
    assert.equal(outcome.kind, 'ok', `${request.kind} on ${node}: ${JSON.stringify(outcome)}`)
    return (outcome as { reply: ReplyOf<MysqlRequests, K> }).reply
  }

  administer(node: string, epoch: number, source: string | null, action: AdminCommand): Outcome<ServerState> {
    return this.ask(node, { kind: 'administer', epoch, source, action })
  }

  /** One statement, as somebody at a prompt would type it: no lock, no order. `null`: it has not ended by itself. */
  type(node: string, statement: Statement, waitMs = 1_000): StatementResult | null {
    let result: StatementResult | null = null
    this.instance(node).statements.run(statement, (ended) => {
      result = ended
    })
    if (result === null) this.run(waitMs)
    return result
  }

  must(node: string, statement: Statement): void {
    const result = this.type(node, statement)
    assert.ok(result?.ok, `${statement.kind} on ${node}: ${JSON.stringify(result)}`)
  }

  nextOp(): number {
    return ++this.#ops
  }

  /** Begins a write on `node`. */
  write(node: string): Asked<Executed> & { op: number } {
    const op = this.nextOp()
    return Object.assign(this.send(node, insertOf(op, op % 7)), { op })
  }

  /** node1 writable, the others following it; by hand, without any coordinator. */
  replicate(source = 'node1'): void {
    this.must(source, { kind: 'set read_only', on: false })
    for (const node of this.mysql.members) if (node !== source) this.follow(node, source)
    this.run(20)
  }

  follow(node: string, source: string, heartbeatUs: number = this.mysql.costs.heartbeatUs): void {
    this.must(node, { kind: 'change source', source, account: 'plain', heartbeatUs, autoPosition: true })
    this.must(node, { kind: 'start applier' })
    this.must(node, { kind: 'start receiver' })
  }

  load(node: string, writes: number, gapUs = 200): (Asked<Executed> & { op: number })[] {
    const asked = []
    for (let i = 0; i < writes; i++) {
      asked.push(this.write(node))
      this.run(gapUs / 1_000)
    }
    return asked
  }

  converged(): boolean {
    const [first, ...others] = this.mysql.servers
    return others.every(
      ({ data }) =>
        data.executed.live.equals(first!.data.executed.live) && data.table.checksum() === first!.data.table.checksum(),
    )
  }
}
