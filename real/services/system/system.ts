/**
 * The running system on this machine: four MySQL servers and the services around them, each a process of its own under
 * supervision, from nothing to green and back to nothing. It is disposable: `stop()` leaves no process and no file.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../../../algorithms/servers.ts'
import type { LocalCluster } from '../../drivers/local/local-cluster.ts'
import { createLocalDriver } from '../../drivers/local/local-driver.ts'
import { ANY_PORT } from '../../drivers/local/ports.ts'
import { makeFolder } from '../../drivers/make-folder.ts'
import type { ProcessState } from '../operator.ts'
import { operate } from './operate.ts'
import { type PortOptions, planPorts } from './port-plan.ts'
import { Supervised, type Unit } from './supervised.ts'
import { type SystemRecord, writeSystem } from './system-file.ts'

interface SystemOptions {
  readonly ports: PortOptions
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

export class System {
  readonly #options: SystemOptions
  readonly #driver: LocalCluster
  readonly #logs: string
  readonly #servers = new Map<string, Supervised>()
  #phase: SystemRecord['phase'] = 'starting'
  #greenAfterMs: number | null = null
  #isSaveDue = false

  private constructor(options: SystemOptions, driver: LocalCluster) {
    this.#options = options
    this.#driver = driver
    this.#logs = join(driver.directory, 'logs')
    makeFolder(this.#logs, 0o700)
    for (const name of NODES) this.#servers.set(name, this.#supervised(serverUnit(driver, name)))
    driver.onIncident((incident) => this.#servers.get(incident.particulars.subject)?.ended(incident))
  }

  /** Finds what is needed and takes the ports. Rejects with an EnvironmentError, and nothing is left then. */
  static async create(options: SystemOptions): Promise<System> {
    const wish = planPorts(options.ports)
    const { mysqld, dataDirectory, stateRoot, cache } = options
    const driver = await createLocalDriver({
      nodes: NODES.length,
      mysqld,
      dataDirectory,
      ports: NODES.map((name) => ({ client: wish(name), administrative: ANY_PORT })),
      onProgress: options.onNote,
      stateRoot,
      cache,
    })
    return new System(options, driver)
  }

  /** Starts everything at once. `steps` are for whoever watches; `start` itself settles when all are done. */
  begin(): { readonly steps: readonly Step[]; readonly green: Promise<void> } {
    const startMs = performance.now()
    this.#save()
    const servers = this.#driver.start().then(() => {
      for (const supervised of this.#servers.values()) supervised.began()
    })
    const steps = [{ title: `${NODES.length} MySQL servers`, done: servers }]
    const green = Promise.all(steps.map(({ done }) => done)).then(() => {
      this.#phase = 'up'
      this.#greenAfterMs = performance.now() - startMs
      this.#save()
    })
    return { steps, green }
  }

  get greenAfterMs(): number | null {
    return this.#greenAfterMs
  }

  get addresses(): SystemRecord['addresses'] {
    return Object.fromEntries(this.#driver.nodes.map(({ name, host, port }) => [name, { host, port }]))
  }

  processes(): readonly ProcessState[] {
    return [...this.#servers.values()].map(({ state }) => state)
  }

  /** A request as it arrives from a coordinator. */
  operate(request: { readonly kind: string }): Promise<Outcome<unknown>> {
    const [driver, servers] = [this.#driver, this.#servers]
    return operate({ driver, servers, services: new Map(), processes: () => this.processes() }, request)
  }

  /** In order, and to the last file. */
  async stop(): Promise<void> {
    this.#phase = 'stopping'
    this.#save()
    const closed = [...this.#servers.values()].map((supervised) => supervised.close())
    await this.#driver.stop()
    await Promise.all(closed)
  }

  #supervised(unit: Unit): Supervised {
    const supervised: Supervised = new Supervised(unit, () => this.#changed(supervised.state))
    return supervised
  }

  #changed(state: ProcessState): void {
    const { name, detail } = state
    // What is planned is not worth a line.
    if (this.#phase === 'up' && (state.state !== 'up' || state.restarts > 0))
      this.#note(`${name} ${state.state}: ${detail}`)
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
    })
  }
}

function serverUnit(driver: LocalCluster, name: string): Unit {
  return {
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
  }
}
