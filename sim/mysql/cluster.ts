/** Every process of a scenario, wired together: what both the run and its faults work on. */
import type { ElectionFactory } from '../../algorithms/election/policy.ts'
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { JournalServer, TimestampServer } from '../../algorithms/servers.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { RandomStreams } from '../../scenarios/chance/random.ts'
import type { Effect, Operator } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import { coordinatorAlgorithms } from '../../scenarios/file/coordinator-algorithms.ts'
import { poolSize } from '../../scenarios/limits.ts'
import { newestReign } from '../../scenarios/measures/reigns.ts'
import type { DataLoss, NodeEnd } from '../../scenarios/record.ts'
import { coordinatorNames, type Scenario } from '../../scenarios/scenario.ts'
import { EFFECTS } from '../faults/fault-effects.ts'
import { operatorOf } from '../faults/operator.ts'
import { namesIn } from '../faults/roles.ts'
import { Kernel } from '../kernel/kernel.ts'
import { MachineClock, MachineWorld } from '../kernel/machine-clock.ts'
import { Network } from '../network/network.ts'
import type { Clock, SimulatedSystem } from '../simulated-system.ts'
import { SimWorld } from '../world.ts'
import { Administrator } from './administrator.ts'
import { DEFAULT_COSTS } from './costs.ts'
import { difference, endOf } from './end-state.ts'
import { LagLog } from './lag-log.ts'
import { MysqlCluster } from './server.ts'
import { CoordinatorService, type Host, JournalService, TimestampService } from './services.ts'
import { setUp } from './set-up.ts'
import { Supervisor } from './supervisor.ts'
import { TrueDelay } from './true-delay.ts'

export class SimCluster implements SimulatedSystem {
  readonly kernel: Kernel
  readonly network: Network
  readonly mysql: MysqlCluster
  readonly supervisor: Supervisor
  readonly world: SimWorld
  readonly client: FiberProcess
  readonly coordinators: readonly Host[]
  readonly operator: Operator = operatorOf(this)
  /** What faults can hit, by process name. */
  readonly hosts: Map<string, Host> = new Map()
  /** By coordinator. */
  readonly journals: Map<string, JournalService> = new Map()
  /** Of the machines that have one of their own, by process name: the timestamp servers'. */
  readonly clocks: Map<string, MachineClock> = new Map()
  readonly lag: LagLog
  readonly events: TraceEvent[] = []
  #rowIds = 0
  /** A bug somewhere: the run ends with it. */
  fatal: Error | null = null

  /** `election`: a policy of somebody's own, instead of the scenario's. */
  constructor(scenario: Scenario, seed: number, election?: ElectionFactory) {
    const { cluster } = scenario
    const algorithms = coordinatorAlgorithms(scenario)
    const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)
    const nodes = numbered('node', cluster.nodes)
    const timestampServers = numbered('timestamp-', cluster.timestampServers)
    this.kernel = new Kernel(new RandomStreams(seed))
    const { kernel } = this
    const network = new Network(kernel, scenario.network)
    this.network = network
    this.lag = new LagLog(nodes)
    this.mysql = new MysqlCluster(kernel, network, DEFAULT_COSTS, nodes, (member, transaction, lagUs) =>
      this.lag.record(member, transaction.originalUs, lagUs),
    )
    this.supervisor = new Supervisor(kernel, network.add('supervisor', { local: true }), this.mysql)
    const administrator = new Administrator(this.mysql, {
      semiSync: cluster.semiSync,
      heartbeatUs: DEFAULT_COSTS.heartbeatUs,
    })
    this.world = new SimWorld(
      network,
      administrator,
      (event) => this.events.push(event),
      poolSize(scenario.workload.clients, cluster.coordinators),
    )
    const onFatal = (error: Error) => {
      this.fatal ??= error
      kernel.queue.stop()
    }
    const coordinators = coordinatorNames(cluster.coordinators)
    const trueDelayUs = new TrueDelay(network, this.mysql).us
    const coordinate = (index: number) => {
      const journal = new JournalService(kernel, network.add(journalOf(index), { local: true }), DEFAULT_COSTS.fsync)
      journal.boot(0)
      this.journals.set(coordinators[index]!, journal)
      if (index === 0) network.add('client').start()
      return new CoordinatorService(
        kernel,
        network.add(coordinators[index]!),
        this.world,
        {
          coordinators,
          index,
          nodes,
          timestampServers,
          algorithms: { ...algorithms, election: election ?? algorithms.election },
          seer: scenario.seer,
          tuning: scenario.tuning,
          acknowledge: cluster.acknowledge,
          maxApplyBacklog: cluster.maxApplyBacklog,
          journal: { name: journalOf(index), kind: 'journal' },
          supervisor: { name: 'supervisor', kind: 'supervisor' },
          unsafe: scenario.unsafe,
          trueDelayUs,
        },
        onFatal,
      )
    }
    this.coordinators = coordinators.map((_, index) => coordinate(index))
    this.client = new FiberProcess('client', this.world, onFatal)
    const timestamps = this.#timestampServices(scenario, timestampServers, onFatal)
    for (const host of [...this.mysql.servers, ...this.coordinators, ...timestamps])
      this.hosts.set(host.process.name, host)
  }

  #timestampServices(
    scenario: Scenario,
    names: readonly string[],
    onFatal: (error: Error) => void,
  ): TimestampService[] {
    const { kernel, network, world } = this
    const { tuning } = scenario
    const algorithm = TIMESTAMP_ALGORITHMS[coordinatorAlgorithms(scenario).timestamps]
    const servers = names.map((name): TimestampServer => ({ name, kind: 'timestamp' }))
    const processes = names.map((name) => network.add(name, { datagrams: true }))
    return processes.map((process, index) => {
      const journal: JournalServer = { name: `${process.name}-journal`, kind: 'journal' }
      new JournalService(kernel, network.add(journal.name, { local: true }), DEFAULT_COSTS.fsync).boot(0)
      const volatileLimit = scenario.unsafe.includes('volatile-limit')
      const place = { index, servers, journal, volatileLimit, leaseUs: tuning.timestampLeaseUs }
      const clock = new MachineClock(kernel.queue)
      this.clocks.set(process.name, clock)
      const machine = new MachineWorld(world, clock)
      return new TimestampService(kernel, process, machine, algorithm, place, onFatal)
    })
  }

  /** The coordinators are started when everything they ask is there. */
  bootServers(): void {
    for (const host of this.hosts.values()) if (!this.coordinators.includes(host)) host.boot()
  }

  prepare(clock: Clock): void {
    setUp(this, clock)
  }

  difference(): string | null {
    return difference(this)
  }

  end(): NodeEnd[] {
    return endOf(this)
  }

  get losses(): readonly DataLoss[] {
    return this.mysql.losses
  }

  counters(): Readonly<Record<string, number>> {
    return {}
  }

  /** Of a row that an operator writes: no two are the same. */
  newRowId(): number {
    return ++this.#rowIds
  }

  effectOf(item: Item): Effect {
    return EFFECTS[item.verb](item, this)
  }

  namesOf(word: string, down: readonly string[]): readonly string[] {
    return namesIn(word, this, down)
  }

  /** The timestamp server that issues, by the newest such event; null: none has. */
  get issuer(): string | null {
    const newest = this.events.findLast((event) => event.kind === 'issuer')
    return newest?.kind === 'issuer' ? newest.node : null
  }

  /** Who reigns by the newest reign in the trace; the first node before that. */
  get source(): string {
    return newestReign(this.events)?.source ?? this.mysql.members[0]!
  }
}

/** Each has a journal on its own machine's disk. */
function journalOf(index: number): string {
  return index === 0 ? 'journal' : `coordinator-${index + 1}-journal`
}
