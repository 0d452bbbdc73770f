/**
 * The processes of one run: the driver's servers, timestamp servers, coordinator, clients. Started in this order,
 * taken away all together, also while some of them are still being started.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { isForAnother } from '../../scenarios/faults/answers.ts'
import type { CommandListener } from '../../scenarios/faults/commands.ts'
import { coordinatorAlgorithms } from '../../scenarios/file/coordinator-algorithms.ts'
import { poolSize } from '../../scenarios/limits.ts'
import type { DataLoss, Operation } from '../../scenarios/record.ts'
import { coordinatorNames, type Scenario, timestampServerNames } from '../../scenarios/scenario.ts'
import type { Driver } from '../drivers/driver.ts'
import { type Under, underProcess } from '../faults/machine/under.ts'
import { type FaultTarget, nodeTarget, serviceTarget } from '../faults/targets.ts'
import type { RunNetwork } from '../network/network.ts'
import { ServiceClient } from '../transport/service-client.ts'
import { ChildProcess, refusedTo } from './child-process.ts'
import type { ClusterSetup, RunIdentity, ServicePlace, ToChild } from './ipc-messages.ts'
import { RunClock } from './run-clock.ts'
import { Service, type ServiceEvents } from './service-processes.ts'
import { supervise } from './supervisor.ts'

interface RunEvents extends Pick<ServiceEvents, 'onEvent' | 'onFailure'> {
  readonly onCommand: CommandListener
  readonly onOperations: (operations: readonly Operation[]) => void
  /** The clients have handed everything over. */
  readonly onDone: () => void
}

export class RunProcesses {
  readonly #scenario: Scenario
  readonly #driver: Driver
  readonly #network: RunNetwork
  readonly #run: RunIdentity
  readonly #outDir: string
  readonly #events: RunEvents
  readonly #services = new Map<string, Service>()
  #coordinators: readonly Service[] = []
  readonly #starting: Promise<unknown>[] = []
  readonly #losses: DataLoss[] = []
  #client: ChildProcess | null = null
  /** What lies under each process that faults can hit, once they begin. */
  readonly #under = new Map<string, Under>()
  #over = false

  constructor(
    scenario: Scenario,
    { driver, network, ...identity }: RunIdentity & { readonly driver: Driver; readonly network: RunNetwork },
    outDir: string,
    events: RunEvents,
  ) {
    this.#scenario = scenario
    this.#driver = driver
    this.#network = network
    this.#run = identity
    this.#outDir = outDir
    this.#events = events
  }

  get coordinators(): readonly Service[] {
    return this.#coordinators
  }

  /** Servers that were rebuilt; times since `startUs`, which is counted from the run's own origin. */
  losses(startUs: number): readonly DataLoss[] {
    return this.#losses.map((loss) => ({ ...loss, atUs: loss.atUs - startUs }))
  }

  /** The network, then MySQL servers, and timestamp servers beside them. */
  async startServers(): Promise<void> {
    await this.#started(() => this.#network.start())
    const timestamps = await this.#timestampServices()
    await Promise.all([
      this.#started(() => this.#driver.start(this.#network)),
      ...timestamps.map((service) => this.#started(() => service.start())),
    ])
    for (const node of this.#driver.nodes) await this.#network.introduce(node.name, node)
    await this.#makeKnown(timestamps)
  }

  /** To the network, and then to one another. They have all been started. */
  async #makeKnown(services: readonly Service[]): Promise<void> {
    for (const { name, host, port } of services) await this.#network.introduce(name, { host, port, adminPort: 0 })
    for (const service of services) {
      const others = services.filter((other) => other !== service)
      service.introduce(this.#placesFor(service.name, others))
    }
  }

  /** Where `from` reaches them. */
  #placesFor(from: string, services: readonly Service[]): readonly ServicePlace[] {
    return services.map(({ name }) => ({ name, ...this.#network.addressOf(from, name) }))
  }

  async #timestampServices(): Promise<readonly Service[]> {
    const { cluster, tuning } = this.#scenario
    const algorithms = coordinatorAlgorithms(this.#scenario)
    const names = timestampServerNames(cluster.timestampServers)
    return await Promise.all(
      names.map(async (name, index) => {
        const journalPath = join(this.#outDir, `${name}.journal`)
        await rm(journalPath, { force: true })
        return this.#service(name, {
          kind: 'timestamp',
          run: this.#run,
          bind: this.#network.placeOf(name).bind,
          port: 0,
          algorithm: algorithms.timestamps,
          index,
          names,
          volatileLimit: this.#scenario.unsafe.includes('volatile-limit'),
          leaseUs: tuning.timestampLeaseUs,
          journalPath,
        })
      }),
    )
  }

  async startCoordinators(): Promise<void> {
    const names = coordinatorNames(this.#scenario.cluster.coordinators)
    const timestampServers = [...this.#services.values()]
    this.#coordinators = await Promise.all(
      names.map((_, index) => this.#coordinatorService(names, index, timestampServers)),
    )
    await Promise.all(this.#coordinators.map((service) => this.#started(() => service.start())))
    await this.#makeKnown(this.#coordinators)
  }

  async #coordinatorService(
    coordinators: readonly string[],
    index: number,
    timestampServers: readonly Service[],
  ): Promise<Service> {
    const { cluster, seer, unsafe, tuning, workload } = this.#scenario
    const algorithms = coordinatorAlgorithms(this.#scenario)
    const { accounts } = this.#driver
    const name = coordinators[index]!
    const journalPath = join(this.#outDir, `${name}.journal`)
    // A run begins with nothing: what an earlier one journalled here belongs to a cluster that is gone.
    await rm(journalPath, { force: true })
    return this.#service(name, {
      kind: 'coordinator',
      coordinators,
      index,
      run: this.#run,
      bind: this.#network.placeOf(name).bind,
      port: 0,
      cluster: { servers: this.#serversFor(name), accounts, semiSync: cluster.semiSync },
      dataConnections: poolSize(workload.clients, cluster.coordinators),
      timestampServers: this.#placesFor(name, timestampServers),
      config: {
        algorithms,
        seer,
        tuning,
        acknowledge: cluster.acknowledge,
        maxApplyBacklog: cluster.maxApplyBacklog,
        unsafe,
      },
      journalPath,
    })
  }

  /** Each server as `from` reaches it, with where it reaches the others: a replica is told of its source as it finds it. */
  #serversFor(from: string): ClusterSetup['servers'] {
    const names = this.#driver.nodes.map(({ name }) => name)
    const seenBy = (one: string) => (name: string) => ({ name, ...this.#network.addressOf(one, name) })
    return names.map((name) => ({ node: seenBy(from)(name), members: names.map(seenBy(name)) }))
  }

  async startClients(): Promise<void> {
    const { onDone, onEvent, onFailure, onOperations } = this.#events
    const { workload, livenessUs, faults } = this.#scenario
    const urgent = faults.flatMap(({ after }) => (after?.kind === 'answered' ? [after.op] : []))
    const coordinators = this.#placesFor('client', this.#coordinators)
    this.#client = await this.#started(() =>
      ChildProcess.start(
        'client',
        { kind: 'client', run: this.#run, coordinators, workload, livenessUs, urgent },
        {
          onSpawn: (pid) => this.#driver.own('client', pid),
          onMessage: (message) => {
            if (message.kind === 'operations') onOperations(message.operations)
            else if (message.kind === 'event') onEvent(message.event)
            else if (message.kind === 'done') onDone()
            else if (message.kind === 'fatal') onFailure(new Error(`the clients failed: ${message.message}`))
            else if (message.kind === 'refused') onFailure(refusedTo('client', message))
          },
          onExit: (child, ended) => {
            if (!this.#over) onFailure(child.deathBy(ended))
            onDone()
          },
        },
        this.#network.placeOf('client'),
      ),
    )
  }

  /** Time 0 of the workload, in the run's time. */
  beginWorkload(startUs: number): void {
    this.#client!.send({ kind: 'start', startUs })
  }

  /** After `stop` they hand over when what is in flight has ended. */
  tellClients(message: Extract<ToChild, { kind: 'healed' | 'stop' | 'handOver' }>): void {
    this.#client?.send(message)
  }

  get clientCondition(): ChildProcess['condition'] {
    return this.#client?.condition ?? 'gone'
  }

  /** A request of an operator: to the coordinators one after another, by nobody's link. */
  async ask(request: { readonly kind: string }, deadlineUs: number): Promise<Outcome<unknown>> {
    let outcome: Outcome<unknown> = failed({ code: 'no-coordinator' })
    for (const { host, port } of this.#coordinators) {
      const client = new ServiceClient(host, port)
      outcome = await new Promise<Outcome<unknown>>((resolve) => {
        client.call(request, deadlineUs, resolve)
      })
      client.close()
      if (!isForAnother(outcome)) break
    }
    return outcome
  }

  faultTargets(): ReadonlyMap<string, FaultTarget> {
    const targets = new Map<string, FaultTarget>()
    const under = (name: string, tellTime?: Service['tellTime']) => {
      const made = underProcess(this.#driver, name, (text) => this.#events.onEvent(this.#noteOf(text)), tellTime)
      this.#under.set(name, made)
      return made
    }
    for (const { name } of this.#driver.nodes) targets.set(name, nodeTarget(this.#driver, name, under(name)))
    for (const [name, service] of this.#services) {
      const parts = under(name, () => service.tellTime())
      targets.set(name, serviceTarget(service, this.#driver.machine?.(name), parts))
    }
    return targets
  }

  #noteOf(text: string): TraceEvent {
    return { kind: 'note', text, atUs: RunClock.hostUs() - this.#run.originUs, process: 'harness' }
  }

  /** Nothing is left after this. `faults`: the end of what faults were doing to the processes. */
  async tearDown(faults: Promise<void>): Promise<void> {
    this.#over = true
    const services = [...this.#services.values()]
    const killServices = () => Promise.all(services.map((service) => service.kill()))
    // The driver gives up what it is starting; our own processes must have started before they can be ended.
    const ended = await Promise.allSettled([
      this.#driver.stop(),
      Promise.allSettled(this.#starting).then(() => Promise.all([this.#client?.kill(), killServices()])),
      faults,
    ])
    for (const under of this.#under.values()) under.close()
    // A fault that was under way may have started a service once more.
    await killServices()
    await this.#network.stop()
    if (ended[0].status === 'rejected') throw ended[0].reason
  }

  #service(name: string, setup: ConstructorParameters<typeof Service>[1]): Service {
    const where = { host: this.#driver.services, place: this.#network.placeOf(name) }
    const service = new Service(name, setup, where, {
      onSpawn: (service, pid) => this.#driver.own(service, pid),
      onEvent: this.#events.onEvent,
      onCommand: this.#events.onCommand,
      onFailure: this.#events.onFailure,
      onSupervise: (request, answer) => {
        const onRebuilt = (node: string) => {
          this.#losses.push({ node, atUs: RunClock.hostUs() - this.#run.originUs, kind: 'rebuilt' })
        }
        void supervise(this.#driver, request, onRebuilt).then(answer)
      },
    })
    this.#services.set(name, service)
    return service
  }

  /** Nothing is started behind the back of what takes everything away. */
  #started<T>(start: () => Promise<T>): Promise<T> {
    if (this.#over) return Promise.reject(new Error('the run is over'))
    const started = start()
    this.#starting.push(started)
    return started
  }
}
