/**
 * The running system in containers: compose/docker-compose.yml under a project of its own, from images to green and back
 * to nothing. As disposable as the one of local processes, and found by `status` and `down` by the same record.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Engine, findEngine } from '../../drivers/docker/engine.ts'
import { ownLabel, removeRun, sweepRuns } from '../../drivers/docker/owner.ts'
import { compose, imageEnvironment, OWNER_LABEL, RUN_LABEL } from '../../drivers/docker/project.ts'
import { Ownership, stateRoot } from '../../drivers/local/ownership.ts'
import { USUAL_PORTS } from '../config.ts'
import { awaitGreen } from './green.ts'
import type { Step } from './system.ts'
import { type SystemRecord, writeSystem } from './system-file.ts'

interface ComposeOptions {
  readonly isDetached: boolean
  readonly onNote: (line: string) => void
}

const FILE = fileURLToPath(new URL('../../../compose/docker-compose.yml', import.meta.url))
const FIRST_MYSQL_PORT = 3306
const MEMBERS = 4

export class ComposeSystem {
  readonly #options: ComposeOptions
  readonly #engine: Engine
  readonly #ownership: Ownership
  readonly #environment: NodeJS.ProcessEnv
  readonly #project: string
  readonly #over = new AbortController()
  #phase: SystemRecord['phase'] = 'starting'
  #greenAfterMs: number | null = null
  #underWay: Promise<unknown> = Promise.resolve()
  /** The engine has the containers, so nothing else keeps this program from ending. */
  readonly #alive = setInterval(() => {}, 60_000)
  #stopped: Promise<void> | null = null

  private constructor(options: ComposeOptions, engine: Engine, ownership: Ownership, environment: NodeJS.ProcessEnv) {
    this.#options = options
    this.#engine = engine
    this.#ownership = ownership
    // The third timestamp service, and with it numbers in the order of time.
    this.#environment = { ...environment, COMPOSE_PROFILES: 'taas' }
    this.#project = `quorumlab-up-${ownership.id}`
  }

  /** Rejects with an EnvironmentError, and nothing is left then. */
  static async create(options: ComposeOptions): Promise<ComposeSystem> {
    const engine = await findEngine()
    for (const { run, containers } of await sweepRuns(engine))
      options.onNote(`${run}, whose quorumlab was killed: ${containers} containers removed`)
    const environment = await imageEnvironment(engine)
    return new ComposeSystem(options, engine, new Ownership(stateRoot()), environment)
  }

  /** `steps` are for whoever watches; `green` settles when everything is healthy. */
  begin(): { readonly steps: readonly Step[]; readonly green: Promise<void> } {
    const startMs = performance.now()
    this.#save()
    const images = this.#compose('build', '--quiet')
    const containers = images.then(() => {
      this.#over.signal.throwIfAborted()
      return this.#compose('up', '--detach', '--wait')
    })
    this.#underWay = containers
    const green = containers.then(async () => {
      await awaitGreen(this.addresses, () => [], this.#over.signal)
      this.#phase = 'up'
      this.#greenAfterMs = performance.now() - startMs
      this.#save()
    })
    const steps = [
      { title: 'images', done: images },
      { title: 'eleven containers', done: containers },
      { title: 'replication and health', done: green },
    ]
    for (const { done } of steps) done.catch(() => {})
    return { steps, green }
  }

  get greenAfterMs(): number | null {
    return this.#greenAfterMs
  }

  get login(): null {
    return null
  }

  /** By process, as published on this machine. */
  get addresses(): SystemRecord['addresses'] {
    const host = '127.0.0.1'
    const members = Array.from({ length: MEMBERS }, (_, i) => [`node${i + 1}`, { host, port: FIRST_MYSQL_PORT + i }])
    const services = Object.entries(USUAL_PORTS).map(([name, port]) => [name, { host, port }])
    return Object.fromEntries([...members, ...services])
  }

  /** Containers, network, volumes. Any number of times. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#phase = 'stopping'
    this.#save()
    this.#over.abort(new Error('the system is being stopped'))
    await this.#underWay.catch(() => {})
    await this.#compose('down', '--volumes', '--timeout', '10').catch(() => {})
    // What `down` could not do, or what was never wholly made.
    await removeRun(this.#engine, this.#project)
    this.#ownership.remove()
    clearInterval(this.#alive)
  }

  /** Everything carries who answers for it: what a kill leaves is found by that. */
  #compose(...words: string[]): Promise<string> {
    const labels = { [RUN_LABEL]: this.#project, [OWNER_LABEL]: ownLabel() }
    const own = join(this.#ownership.directory, 'labels.json')
    mkdirSync(this.#ownership.directory, { recursive: true })
    writeFileSync(own, JSON.stringify(labelled(labels)), { mode: 0o600 })
    return compose(['--project-name', this.#project, '--file', FILE, '--file', own, ...words], this.#environment)
  }

  #save(): void {
    writeSystem(this.#ownership.directory, {
      schema: 'quorumlab.system/1',
      phase: this.#phase,
      isDetached: this.#options.isDetached,
      greenAfterMs: this.#greenAfterMs,
      addresses: this.addresses,
      processes: [],
      logs: `docker compose --project-name ${this.#project} logs`,
      login: null,
    })
  }
}

const SERVERS = Array.from({ length: MEMBERS }, (_, i) => `mysql-instance-${i + 1}`)
const SERVICES = [
  ...['timestamp-service-1', 'timestamp-service-2', 'timestamp-service-3'],
  ...['metrics-collector', 'cabinet-service', 'seer-service', 'coordinator'],
]
const VOLUMES = [
  ...['data-1', 'data-2', 'data-3', 'data-4', 'template', 'accounts', 'control'],
  ...Object.keys(USUAL_PORTS).map((name) => `state-${name}`),
]

function labelled(labels: Readonly<Record<string, string>>): object {
  const each = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { labels }]))
  return { services: each([...SERVERS, ...SERVICES]), networks: each(['cluster']), volumes: each(VOLUMES) }
}
