/** Services as processes of their own for one test, each told where the others are. All are gone when it ends. */
import { ChildProcess } from '../../../real/processes/child-process.ts'
import type { ServiceName, SystemConfig } from '../../../real/services/config.ts'

class Services {
  #config: SystemConfig
  readonly #running = new Map<ServiceName, ChildProcess>()

  constructor(config: SystemConfig) {
    this.#config = config
  }

  /** Its port. Once started, it keeps that, and whoever is started later knows it. */
  async start(name: ServiceName): Promise<number> {
    const child = await ChildProcess.start(name, { kind: 'service', config: this.#config })
    this.#running.set(name, child)
    const services = { ...this.#config.services, [name]: { host: '127.0.0.1', port: child.port } }
    this.#config = { ...this.#config, services }
    return child.port
  }

  of(name: ServiceName): ChildProcess {
    return this.#running.get(name)!
  }

  async close(): Promise<void> {
    // A paused one is killed like any other.
    await Promise.all([...this.#running.values()].map((child) => child.kill()))
  }
}

export async function withServices(config: SystemConfig, body: (services: Services) => Promise<void>): Promise<void> {
  const services = new Services(config)
  try {
    await body(services)
  } finally {
    await services.close()
  }
}
