/** A disposable system for tests of the coordinator's service: real servers, timestamp services and the coordinator. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failed } from '../../../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../../../algorithms/servers.ts'
import type { LocalCluster } from '../../../../real/drivers/local/local-cluster.ts'
import { createLocalDriver } from '../../../../real/drivers/local/local-driver.ts'
import { ChildProcess } from '../../../../real/processes/child-process.ts'
import { checkedConfig, type ServiceName, type SystemConfig } from '../../../../real/services/config.ts'
import { operate } from '../../../../real/services/system/operate.ts'
import { Supervised } from '../../../../real/services/system/supervised.ts'
import { commandFor } from '../../../support/needs.ts'
import { call } from '../call.ts'
import { configInput } from '../system-config.ts'

interface Wanted {
  readonly timestamps?: 'taas' | 'odd-even'
  readonly quorum?: 'cabinet' | 'majority'
  readonly services?: readonly ServiceName[]
  /** Of the MySQL-protocol front. */
  readonly mysqlPort?: number
}

/** An answer; `look` takes it apart. */
type Json = Readonly<Record<string, unknown>>

/** What an answer has at these places: `a.b.0.c`. */
export function look(json: unknown, ...places: readonly string[]): unknown[] {
  return places.map((place) =>
    place
      .split('.')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], json),
  )
}

const DEADLINE_MS = 30_000

export class RunningSystem {
  readonly driver: LocalCluster
  readonly directory: string
  readonly children = new Map<ServiceName, ChildProcess>()
  readonly #servers = new Map<string, Supervised>()
  #config: SystemConfig

  private constructor(driver: LocalCluster, directory: string, config: SystemConfig) {
    this.driver = driver
    this.directory = directory
    this.#config = config
    for (const { name } of driver.nodes) this.#servers.set(name, supervised(driver, name))
    driver.onIncident((incident) => this.#servers.get(incident.particulars.subject)?.ended(incident))
  }

  static async start(wanted: Wanted = {}): Promise<RunningSystem> {
    const { timestamps = 'taas', quorum = 'cabinet', mysqlPort = null } = wanted
    const driver = await createLocalDriver({ nodes: 4, mysqld: commandFor('mysql') ?? undefined })
    const directory = await mkdtemp(join(tmpdir(), 'quorumlab-service-'))
    const issuers = (['timestamp-1', 'timestamp-2', 'timestamp-3'] as const).slice(0, timestamps === 'taas' ? 3 : 2)
    try {
      await driver.start()
      const config = checkedConfig(
        configInput(directory, {
          members: driver.nodes.map(({ name, host, port, adminPort }) => ({ name, host, port, adminPort })),
          accounts: driver.accounts,
          algorithms: { timestamps, quorum, election: 'seer-score' },
          timestampServers: issuers,
          mysqlPort,
        }),
        'a test',
      )
      const system = new RunningSystem(driver, directory, config)
      for (const supervised of system.#servers.values()) supervised.began()
      await Promise.all(issuers.map((name) => system.startService(name)))
      // Each has to know where those before it are.
      for (const name of wanted.services ?? []) await system.startService(name)
      await system.startService('coordinator')
      await system.until(async () => (await system.get('/status')).state === 'reigns')
      return system
    } catch (error) {
      await driver.stop()
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  get port(): number {
    return this.#config.services.coordinator.port
  }

  /** On the port that it had, where it had one. */
  async startService(name: ServiceName): Promise<void> {
    const child = await ChildProcess.start(
      name,
      { kind: 'service', config: this.#config },
      {
        onSpawn: (pid) => this.driver.own(name, pid),
        onMessage: (message, from) => {
          // What ends a service is for whoever reads the test's output.
          if (message.kind === 'fatal') console.error(`${name}: ${message.message}`)
          if (message.kind !== 'supervise') return
          void this.#operate(message.request).then((outcome) =>
            from.send({ kind: 'supervised', id: message.id, outcome }),
          )
        },
      },
    )
    this.children.set(name, child)
    const address = { host: '127.0.0.1', port: child.port }
    this.#config = { ...this.#config, services: { ...this.#config.services, [name]: address } }
  }

  async killService(name: ServiceName): Promise<void> {
    await this.children.get(name)!.kill()
  }

  call(path: string, options: Parameters<typeof call>[2] = {}) {
    return call(this.port, path, options)
  }

  async get(path: string): Promise<Json> {
    return (await this.call(path)).json as Json
  }

  async post(path: string, body: string | object = {}): Promise<Json> {
    return (await this.call(path, { body })).json as Json
  }

  /** Asks again until it holds. */
  async until(holds: () => Promise<boolean>, limitMs = DEADLINE_MS): Promise<void> {
    const untilMs = performance.now() + limitMs
    while (!(await holds())) {
      if (performance.now() > untilMs) throw new Error(`not within ${limitMs} ms: ${holds.toString()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.children.values()].map((child) => child.stop()))
    const closed = [...this.#servers.values()].map((server) => server.close())
    await this.driver.stop()
    await Promise.all(closed)
    await rm(this.directory, { recursive: true, force: true })
  }

  async #operate(request: { readonly kind: string }): Promise<Outcome<unknown>> {
    if (request.kind === 'processes') return failed({ code: 'unknown-request' })
    const services = new Map(
      [...this.children].map(([name, child]) => [
        name as string,
        { supervised: [...this.#servers.values()][0]!, kill: () => child.kill() },
      ]),
    )
    return await operate({ driver: this.driver, servers: this.#servers, services, processes: () => [] }, request)
  }
}

function supervised(driver: LocalCluster, name: string): Supervised {
  return new Supervised(
    {
      name,
      start: async () => {
        await driver.restart(name)
      },
      get pid() {
        return driver.processOf(name)?.pid ?? null
      },
      get condition() {
        const look = driver.processOf(name)
        return look === null ? 'gone' : look.state === 'stopped' ? 'paused' : 'running'
      },
    },
    () => {},
  )
}
