/**
 * The running system on this machine: four MySQL servers and the services around them, each a process of its own under
 * supervision, from nothing to green and back to nothing. It is disposable: `stop()` leaves no process and no file.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Outcome } from '../../../algorithms/servers.ts'
import type { LocalCluster } from '../../drivers/local/local-cluster.ts'
import { createLocalDriver } from '../../drivers/local/local-driver.ts'
import { ANY_PORT, PortHolder } from '../../drivers/local/ports.ts'
import { makeFolder } from '../../drivers/make-folder.ts'
import { checkedConfig, SERVICE_NAMES, type ServiceName, type SystemConfig, type SystemConfigInput } from '../config.ts'
import type { ProcessState } from '../operator.ts'
import { accessTo, writeAuditAccess } from './audit-access.ts'
import { awaitGreen } from './green.ts'
import { portsInUse } from './known-systems.ts'
import { operate } from './operate.ts'
import { type PortOptions, planPorts } from './port-plan.ts'
import { serverUnit } from './server-unit.ts'
import { ServiceUnit } from './service-unit.ts'
import { Supervised, type Unit } from './supervised.ts'
import { type SystemRecord, writeSystem } from './system-file.ts'

export interface SystemOptions {
  readonly ports: PortOptions
  readonly algorithms?: SystemConfigInput['algorithms']
  /** Of the MySQL-protocol front; undefined: there is none. */
  readonly mysqlPort?: number | undefined
  readonly mysqld?: string | undefined
  readonly dataDirectory?: string | undefined
  readonly isDetached: boolean
  /** A line for each thing that happens to a process. */
  readonly onNote: (line: string) => void
  /** For tests. */
  readonly stateRoot?: string
  readonly cache?: string
}

/** A part of the start that people watch. */
export interface Step {
  readonly title: string
  readonly done: Promise<unknown>
}

const NODES = ['node1', 'node2', 'node3', 'node4']
const TIMESTAMP_SERVERS = ['timestamp-1', 'timestamp-2', 'timestamp-3'] as const
/** In the system's own folder. */
const EXTRAS = 'extras'
/** For requests under way; the servers' data goes anyway. */
const GRACE_MS = 3_000

export class System {
  readonly #options: SystemOptions
  readonly #driver: LocalCluster
  readonly #ports: PortHolder
  readonly #servicePorts: Readonly<Record<ServiceName, number>>
  readonly #logs: string
  /** A file with what a MySQL client needs to come in, for its owner alone; null: there is no front. */
  readonly login: string | null
  readonly #servers = new Map<string, Supervised>()
  readonly #services = new Map<string, { readonly supervised: Supervised; readonly unit: ServiceUnit }>()
  readonly #over = new AbortController()
  #phase: SystemRecord['phase'] = 'starting'
  #greenAfterMs: number | null = null
  #isSaveDue = false

  private constructor(
    options: SystemOptions,
    driver: LocalCluster,
    ports: PortHolder,
    servicePorts: Readonly<Record<ServiceName, number>>,
  ) {
    this.#options = options
    this.#driver = driver
    this.#ports = ports
    this.#servicePorts = servicePorts
    this.#logs = join(driver.directory, 'logs')
    makeFolder(this.#logs, 0o700)
    this.login = this.#writeLogin()
    for (const name of NODES) this.#servers.set(name, this.#supervised(serverUnit(driver, name)))
    for (const name of SERVICE_NAMES) this.#services.set(name, this.#service(name))
    driver.onIncident((incident) => this.#servers.get(incident.particulars.subject)?.ended(incident))
  }

  /** Finds what is needed and takes the ports. Rejects with an EnvironmentError, and nothing is left then. */
  static async create(options: SystemOptions): Promise<System> {
    const wish = planPorts(options.ports, portsInUse(options.stateRoot))
    const { mysqld, dataDirectory, stateRoot, cache } = options
    const driver = await createLocalDriver({
      nodes: NODES.length,
      ...{ mysqld, dataDirectory, stateRoot, cache },
      ports: NODES.map((name) => ({ client: wish(name), administrative: ANY_PORT })),
      extrasDirectory: EXTRAS,
      onProgress: options.onNote,
    })
    const ports = new PortHolder()
    try {
      const taken: [string, number][] = []
      for (const name of SERVICE_NAMES) taken.push([name, await ports.take(wish(name), name)])
      if (options.mysqlPort !== undefined)
        await ports.take({ port: options.mysqlPort, advice: '--mysql-port names another.' }, 'MySQL clients')
      return new System(options, driver, ports, Object.fromEntries(taken) as Record<ServiceName, number>)
    } catch (error) {
      await ports.releaseAll()
      await driver.stop()
      throw error
    }
  }

  /** Starts everything at once. `steps` are for whoever watches; `green` settles when everything is healthy. */
  begin(): { readonly steps: readonly Step[]; readonly green: Promise<void> } {
    const startMs = performance.now()
    this.#save()
    const servers = this.#driver.start().then(() => {
      for (const supervised of this.#servers.values()) supervised.began()
      const { directory } = this.#driver
      writeAuditAccess(directory, accessTo(this.#driver, join(directory, EXTRAS)))
    })
    const services = [...this.#services.values()].map(({ supervised }) => ({
      title: supervised.name,
      done: this.#startService(supervised, servers),
    }))
    const steps = [{ title: `${NODES.length} MySQL servers`, done: servers }, ...services]
    const serving = Promise.all(steps.map(({ done }) => done))
    const green = serving.then(() => awaitGreen(this.addresses, () => this.processes(), this.#over.signal))
    const done = green.then(() => {
      this.#phase = 'up'
      this.#greenAfterMs = performance.now() - startMs
      this.#save()
    })
    return { steps: [...steps, { title: 'replication and health', done: green }], green: done }
  }

  get greenAfterMs(): number | null {
    return this.#greenAfterMs
  }

  /** By process. */
  get addresses(): SystemRecord['addresses'] {
    const servers = this.#driver.nodes.map(({ name, host, port }) => [name, { host, port }] as const)
    const services = [...this.#services.keys()].map((name) => {
      const port = this.#servicePorts[name as ServiceName]
      return [name, { host: '127.0.0.1', port }] as const
    })
    return Object.fromEntries([...servers, ...services])
  }

  processes(): readonly ProcessState[] {
    const services = [...this.#services.values()].map(({ supervised }) => supervised)
    return [...this.#servers.values(), ...services].map(({ state }) => state)
  }

  /** A request as it arrives from a coordinator. */
  operate(request: { readonly kind: string }): Promise<Outcome<unknown>> {
    const [driver, servers] = [this.#driver, this.#servers]
    const services = new Map(
      [...this.#services].map(([name, { supervised, unit }]) => [name, { supervised, kill: () => unit.kill() }]),
    )
    return operate({ driver, servers, services, processes: () => this.processes() }, request)
  }

  /** In order, and to the last file: first what answers clients, then what it asks. Any number of times. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return
    this.#phase = 'stopping'
    this.#save()
    this.#over.abort(new Error('the system is being stopped'))
    const supervised = [...this.#servers.values(), ...[...this.#services.values()].map((service) => service.supervised)]
    const closed = supervised.map((one) => one.close())
    const units = [...this.#services.values()].map(({ unit }) => unit)
    await Promise.all(units.filter(({ name }) => name === 'coordinator').map((unit) => unit.end(GRACE_MS)))
    await Promise.all(units.map((unit) => unit.end(GRACE_MS)))
    await this.#driver.stop()
    await Promise.all(closed)
    await this.#ports.releaseAll()
  }

  async #startService(supervised: Supervised, servers: Promise<void>): Promise<void> {
    if (supervised.name === 'coordinator') {
      // It would find nobody to rule before.
      await servers
      if (this.#options.mysqlPort !== undefined) await this.#ports.release(this.#options.mysqlPort)
    }
    await this.#ports.release(this.#servicePorts[supervised.name as ServiceName])
    await supervised.begin()
  }

  #service(name: ServiceName): { readonly supervised: Supervised; readonly unit: ServiceUnit } {
    const unit = new ServiceUnit(name, () => this.#config(), {
      onSpawn: (pid) => this.#driver.own(name, pid),
      onEnd: (why) => supervised.ended(why),
      onRequest: (request) => this.operate(request),
    })
    const supervised = this.#supervised(unit)
    return { supervised, unit }
  }

  #config(): SystemConfig {
    const { directory, nodes, accounts } = this.#driver
    return checkedConfig(
      {
        id: basename(directory),
        world: 'local',
        members: nodes,
        services: Object.fromEntries(
          Object.entries(this.#servicePorts).map(([name, port]) => [name, { host: '127.0.0.1', port }]),
        ),
        accounts,
        algorithms: this.#options.algorithms ?? {},
        mysqlPort: this.#options.mysqlPort ?? null,
        timestampServers: TIMESTAMP_SERVERS,
        stateDirectory: directory,
      },
      'what `up` has made',
    )
  }

  #supervised(unit: Unit): Supervised {
    const supervised: Supervised = new Supervised(unit, () => this.#changed(supervised.state))
    return supervised
  }

  #changed({ name, state, detail, restarts }: ProcessState): void {
    // What is planned is not worth a line.
    if (this.#phase === 'up' && (state !== 'up' || restarts > 0)) this.#note(`${name} ${state}: ${detail}`)
    this.#saveSoon()
  }

  #note(line: string): void {
    this.#options.onNote(line)
    appendFileSync(join(this.#logs, 'up.log'), `${new Date().toISOString()} ${line}\n`)
  }

  #saveSoon(): void {
    if (this.#isSaveDue) return
    this.#isSaveDue = true
    setImmediate(() => {
      this.#isSaveDue = false
      if (this.#phase !== 'stopping') this.#save()
    })
  }

  #save(): void {
    writeSystem(this.#driver.directory, {
      schema: 'quorumlab.system/1',
      phase: this.#phase,
      isDetached: this.#options.isDetached,
      greenAfterMs: this.#greenAfterMs,
      addresses: this.addresses,
      processes: this.processes(),
      logs: this.#logs,
      login: this.login,
    })
  }

  #writeLogin(): string | null {
    const { mysqlPort } = this.#options
    if (mysqlPort === undefined) return null
    const { user, password } = this.#driver.accounts.client
    const path = join(this.#driver.directory, 'client.cnf')
    const lines = ['[client]', 'host=127.0.0.1', `port=${mysqlPort}`, `user=${user}`, `password=${password}`, '']
    writeFileSync(path, lines.join('\n'), { mode: 0o600 })
    return path
  }
}
