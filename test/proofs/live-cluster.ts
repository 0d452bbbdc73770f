/** A real cluster under load for as long as it bears it: faults one after another, each waited for, nothing polled busily. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { MysqlRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { counted } from '../../algorithms/wording.ts'
import { MysqlClient } from '../../real/mysql/client.ts'
import type { Endpoint } from '../../real/mysql/connection.ts'
import type { RunStage } from '../../real/run-options.ts'
import { isUndo } from '../../scenarios/faults/facts.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import { scenarioOf } from '../../scenarios/file/load.ts'
import type { Written } from '../../scenarios/file/written.ts'
import { newestReign, type Reign } from '../../scenarios/measures/reigns.ts'
import type { FaultRecord, Operation } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

const LOOK_EVERY_MS = 10
const ANSWER_US = 1_000_000
/** Copying a data directory and catching up takes longer than catching up alone. */
const CONVERGED_MS = 120_000

/** What does not come in its time: the attempt has failed, and the cluster is not used any more. */
export class Late extends Error {}

/** What was wanted did not take place, by its own witness: the attempt says nothing, and is made again. */
export class Void extends Error {}

/** From here on: what a trial is judged by. */
export interface Mark {
  readonly atUs: number
  readonly operations: number
  readonly events: number
  readonly faults: number
  readonly reign: Reign
}

export interface Since {
  readonly operations: readonly Operation[]
  readonly events: readonly TraceEvent[]
  readonly faults: readonly FaultRecord[]
}

export class LiveCluster {
  readonly scenario: Scenario
  /** Grows. */
  readonly #events: readonly TraceEvent[]
  readonly #stage: RunStage
  readonly #servers: ReadonlyMap<string, MysqlClient>
  #sought = 0

  constructor(scenario: Scenario, stage: RunStage, events: readonly TraceEvent[]) {
    this.scenario = scenario
    this.#events = events
    this.#stage = stage
    this.#servers = new Map(stage.driver.nodes.map(({ name }) => [name, this.#clientOf(name)]))
  }

  get nodes(): readonly string[] {
    return [...this.#servers.keys()]
  }

  get signal(): AbortSignal {
    return this.#stage.signal
  }

  /** In force; there is one before the workload begins. */
  get reign(): Reign {
    return newestReign(this.#events)!
  }

  get replicas(): readonly string[] {
    return this.nodes.filter((name) => name !== this.reign.source)
  }

  nowUs(): number {
    return this.#stage.nowUs()
  }

  mark(): Mark {
    const { faults, operations } = this.#stage
    const { length: events } = this.#events
    return {
      ...{ atUs: this.nowUs(), operations: operations.length, events },
      ...{ faults: faults.records.length, reign: this.reign },
    }
  }

  since({ operations, events, faults }: Mark): Since {
    return {
      operations: this.#stage.operations.slice(operations),
      events: this.#events.slice(events),
      faults: this.#stage.faults.records.slice(faults),
    }
  }

  /** Steps as a file would say them, times from now. */
  strike(hurt: readonly Written[]): void {
    this.#stage.faults.append(this.#steps(hurt))
  }

  /** Undoes at once what `hurt` did; a file that only mends would be refused. */
  mend(hurt: readonly Written[], mend: readonly Written[]): void {
    const steps = this.#steps([...hurt, ...mend.map((step) => ({ at: '1ms', ...step }))])
    this.#stage.faults.append(steps.filter(({ verb }) => isUndo(verb)).map((step) => ({ ...step, atUs: 0 })))
  }

  #steps(faults: readonly Written[]): readonly FaultStep[] {
    const { cluster, workload } = this.scenario
    const written = {
      name: 'proof',
      cluster: { nodes: cluster.nodes, coordinators: cluster.coordinators },
      workload: { duration: `${workload.durationUs / 1_000}ms` },
      faults,
    }
    return scenarioOf(written, 'proof').faults
  }

  /** Acknowledged writes that have not been looked for yet, up to now: each is handed out once. */
  unsoughtWrites(): readonly Operation[] {
    const { operations } = this.#stage
    const unsought = operations.slice(this.#sought)
    this.#sought = operations.length
    return unsought.filter(
      ({ kind, outcome, consistency, gtid }) =>
        kind === 'write' && outcome === 'ok' && consistency !== 'EVENTUAL' && gtid !== null,
    )
  }

  async until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = performance.now() + limitMs
    while (!(await holds())) {
      if (performance.now() > endMs) throw new Late(`waited ${limitMs / 1_000} s in vain until ${what}`)
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.signal })
    }
  }

  async sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal })
  }

  /** Until no take-over is under way: the last step that a coordinator took was to serve. */
  async atPeace(): Promise<void> {
    const lastStep = () => this.#events.findLast((event) => event.kind === 'phase' || event.kind === 'refused')
    await this.until('a coordinator serves', CONVERGED_MS, () => {
      const last = lastStep()
      return last?.kind === 'refused' ? last.alarm !== null : last?.kind === 'phase' && last.phase === 'serving'
    })
  }

  /**
   * Until every server has executed what the source had executed a moment ago, and nothing that the source lacks: the load
   * goes on, so no moment has all of them equal.
   */
  async converged(): Promise<ReadonlyMap<string, GtidSet>> {
    let missing = ''
    const have = new Map<string, GtidSet>()
    const looked = async () => {
      const { source } = this.reign
      const floor = await this.#executed(source)
      if (floor.kind !== 'ok') return `${source} does not answer (${floor.reason})`
      for (const name of this.replicas) {
        const there = await this.#executed(name)
        if (there.kind !== 'ok') return `${name} does not answer (${there.reason})`
        const lacks = floor.reply.executed.minus(there.reply.executed).size
        if (lacks > 0) return `${name} lacks ${counted(lacks, 'transaction')} of ${source}`
        have.set(name, there.reply.executed)
      }
      const ceiling = await this.#executed(source)
      if (ceiling.kind !== 'ok' || source !== this.reign.source) return 'the source is another by now'
      have.set(source, ceiling.reply.executed)
      for (const [name, executed] of have) {
        const extra = executed.minus(ceiling.reply.executed).size
        if (extra > 0) return `${name} has ${counted(extra, 'transaction')} that ${source} lacks`
      }
      return ''
    }
    const isThere = async () => (missing = await looked()) === ''
    await this.until('all servers have the same', CONVERGED_MS, isThere).catch((error: unknown) => {
      throw error instanceof Late ? new Late(`${error.message}: ${missing}`) : error
    })
    return have
  }

  #executed(node: string): Promise<Outcome<ReplyOf<MysqlRequests, 'executed'>>> {
    return asked(this.#servers.get(node)!, 'executed')
  }

  /** With every right, and open when clients have taken all connections. */
  endpointOf(name: string): Endpoint {
    const { nodes, accounts } = this.#stage.driver
    const { host, adminPort } = nodes.find((node) => node.name === name)!
    return { host, port: adminPort, account: accounts.admin }
  }

  /**
   * How long `node` said of itself that it takes clients' writes, from its first answer on: asked every few milliseconds
   * over a connection of our own until it says no. Milliseconds; 0: it never said yes.
   */
  async writableMs(node: string, limitMs: number): Promise<number> {
    const client = this.#clientOf(node)
    let firstUs: number | null = null
    let lastUs: number | null = null
    try {
      await this.until(`${node} takes no writes`, limitMs, async () => {
        const state = await asked(client, 'probe')
        if (state.kind !== 'ok') return false
        if (state.reply.superReadOnly || state.reply.offline) return true
        lastUs = this.nowUs()
        firstUs ??= lastUs
        return false
      })
    } finally {
      client.close()
    }
    return firstUs === null || lastUs === null ? 0 : (lastUs - firstUs) / 1_000
  }

  close(): void {
    for (const client of this.#servers.values()) client.close()
  }

  #clientOf(name: string): MysqlClient {
    const { nodes: members, accounts } = this.#stage.driver
    const node = members.find((member) => member.name === name)!
    return new MysqlClient({ node, members, accounts, semiSync: null }, { dataConnections: 1 })
  }
}

function asked<K extends 'executed' | 'probe'>(
  client: MysqlClient,
  kind: K,
): Promise<Outcome<ReplyOf<MysqlRequests, K>>> {
  return new Promise((resolve) => {
    client.call({ kind }, ANSWER_US, (outcome) => resolve(outcome as Outcome<ReplyOf<MysqlRequests, K>>))
  })
}
