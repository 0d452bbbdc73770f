/**
 * The containers of a run as a Compose project: the parts of compose/parts.yml, which `docker compose up` uses as well,
 * with names, addresses and folders of the run's own. Addresses are fixed: a container that was cut off from its network
 * is found where it was when it comes back, and the same address serves inside and outside.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { faketimeEnvironment, findFaketime } from '../../faults/machine/faked-clock.ts'
import { EnvironmentError } from '../environment-error.ts'
import { type Engine, EngineRefusal } from './engine.ts'

const PARTS = fileURLToPath(new URL('../../../compose/parts.yml', import.meta.url))
const COMPOSE_DEADLINE_MS = 600_000
const SUBNET_ATTEMPTS = 20

/** On containers and networks: the run, and who answers for it (`owner.ts`). */
export const RUN_LABEL = 'quorumlab.run'
export const OWNER_LABEL = 'quorumlab.owner'

export interface Folders {
  /** Of the run alone; everything below is in it. */
  readonly own: string
  /** Where the servers' data goes. */
  readonly data: string
  /** Data directories to copy, kept from run to run. */
  readonly template: string
  /** Results and journals: services see it under its own path. */
  readonly out: string
}

export function controlFolder({ own }: Folders, host: string): string {
  return join(own, 'control', host)
}

export function secretsFolder({ own }: Folders): string {
  return join(own, 'secrets')
}

export function channelPath({ own }: Folders, service: string): string {
  return join(own, 'channels', `${service}.sock`)
}

/** From which a service's wall clock is made wrong, under the same path inside. */
export function clockPath({ own }: Folders, service: string): string {
  return join(own, 'channels', `${service}.clock`)
}

interface PlannedContainer {
  readonly name: string
  readonly alias: string
  readonly address: string
}

interface PlannedService extends PlannedContainer {
  /** From which its wall clock is made wrong; null: it has the machine's. */
  readonly clockFile: string | null
}

interface Planned {
  readonly run: string
  readonly labels: Readonly<Record<string, string>>
  readonly nodes: readonly PlannedContainer[]
  readonly services: readonly PlannedService[]
  readonly folders: Folders
}

function projectOf({ run, labels, nodes, services, folders }: Planned): object {
  // Whoever reads the data from outside owns it.
  const uid = process.getuid?.() ?? 0
  const user = uid === 0 ? {} : { user: `${uid}:${process.getgid?.() ?? 0}` }
  const common = (name: string, address: string, alias: string) => ({
    container_name: `${run}-${name}`,
    labels,
    restart: 'no',
    networks: { cluster: { ipv4_address: address, aliases: [alias] } },
  })
  const home = '/var/lib/quorumlab'
  const mysql = nodes.map(({ name, alias, address }, index) => [
    name,
    {
      extends: { file: PARTS, service: 'mysql' },
      ...common(name, address, alias),
      ...user,
      hostname: alias,
      // A server that ends by itself ends its container: a run has to see that.
      command: [String(index + 1), 'once'],
      healthcheck: { disable: true },
      volumes: [
        `${join(folders.data, name)}:${home}/data`,
        `${folders.template}:${home}/template`,
        `${secretsFolder(folders)}:${home}/secrets`,
        `${join(folders.own, 'control')}:${home}/control`,
      ],
    },
  ])
  const ours = services.map(({ name, alias, address, clockFile }) => [
    name,
    {
      extends: { file: PARTS, service: 'service' },
      ...common(name, address, alias),
      user: `${uid}:${process.getgid?.() ?? 0}`,
      command: ['node', '--import', 'tsx', entryOf(name), name, '--channel', channelPath(folders, name)],
      volumes: [
        `${folders.out}:${folders.out}`,
        `${join(folders.own, 'channels')}:${join(folders.own, 'channels')}`,
        ...libraries(clockFile).map((library) => `${library}:${library}:ro`),
      ],
      ...withClock(clockFile),
    },
  ])
  return {
    name: run,
    services: Object.fromEntries([...mysql, ...ours]),
    networks: { cluster: { name: run, external: true } },
  }
}

/** Of this machine, in a container under their own path. */
function libraries(clockFile: string | null): readonly string[] {
  return clockFile === null ? [] : [findFaketime()].filter((library) => library !== null)
}

function withClock(clockFile: string | null): object {
  const [library] = libraries(clockFile)
  return library === undefined ? {} : { environment: faketimeEnvironment(library, clockFile!) }
}

/** The programs that a run's services are as processes, too. */
function entryOf(service: string): string {
  return `real/processes/${service.startsWith('timestamp') ? 'timestamp' : 'coordinator'}.ts`
}

/** Makes the containers and starts none. */
export async function createContainers(planned: Planned, environment: NodeJS.ProcessEnv): Promise<void> {
  const file = join(planned.folders.own, 'project.json')
  await writeFile(file, JSON.stringify(projectOf(planned), null, 2), { mode: 0o600 })
  await compose(['--file', file, 'up', '--no-start'], environment)
}

export async function compose(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const run = promisify(execFile)
  try {
    const { stdout } = await run('docker', ['compose', ...words], {
      env: environment,
      timeout: COMPOSE_DEADLINE_MS,
      maxBuffer: 1 << 26,
    })
    return stdout
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: string | number }
    throw refusal(stderr.trim() === '' ? (error as Error).message : stderr, code, error)
  }
}

function refusal(text: string, code: string | number | undefined, cause: unknown): EnvironmentError {
  if (code === 'ENOENT')
    return new EnvironmentError('There is no `docker` command.', { cause, advice: 'Install Docker with Compose v2.' })
  if (/unknown (shorthand )?flag|is not a docker command|unknown docker command|unknown command/.test(text))
    return new EnvironmentError('This docker has no Compose.', {
      ...{
        cause,
        advice: 'Install Compose v2 (`docker compose version` tells), as a plug-in in ~/.docker/cli-plugins.',
      },
    })
  const pulled = /pull access denied|no such host|failed to do request|manifest unknown|dial tcp/.test(text)
  const lastLines = text.trim().split('\n').slice(-8)
  return new EnvironmentError('The containers could not be made', {
    ...{ cause, lastLines },
    advice: pulled
      ? 'An image cannot be pulled: name others (QUORUMLAB_MYSQL_IMAGE, QUORUMLAB_NODE_IMAGE), or make the one that has all (.ci/docker image).'
      : '',
  })
}

export interface RunNetworkOfEngine {
  /** Of host number `n`. */
  address(n: number): string
  /** The engine's device, which joins its containers. */
  readonly bridge: string
}

/** A network with fixed addresses, in a range that nobody uses: the engine refuses one that overlaps with another. */
export async function createNetwork(
  engine: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<RunNetworkOfEngine> {
  for (let attempt = 1; ; attempt++) {
    const prefix = `10.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 256)}`
    const config = [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }]
    try {
      const { Id } = await engine.post<{ readonly Id: string }>('/networks/create', {
        Name: name,
        Labels: labels,
        CheckDuplicate: true,
        IPAM: { Config: config },
      })
      return { address: (n) => `${prefix}.${n}`, bridge: `br-${Id.slice(0, 12)}` }
    } catch (error) {
      if (!(error instanceof EngineRefusal) || !/overlap/i.test(error.message) || attempt === SUBNET_ATTEMPTS)
        throw error
    }
  }
}

const BASE_IMAGE = 'quorumlab/debian:sid'

/** The images by name: as the user says, else the usual ones, else the one that has all where the usual ones are missing. */
export async function imageEnvironment(engine: Engine, environment = process.env): Promise<NodeJS.ProcessEnv> {
  const has = (image: string) =>
    engine.get(`/images/${encodeURIComponent(image)}/json`).then(
      () => true,
      () => false,
    )
  const hasBase = await has(BASE_IMAGE)
  const chosen = async (variable: string, usual: string) =>
    environment[variable] ?? (hasBase && !(await has(usual)) ? BASE_IMAGE : usual)
  return {
    ...environment,
    QUORUMLAB_MYSQL_IMAGE: await chosen('QUORUMLAB_MYSQL_IMAGE', 'mysql:8.4'),
    QUORUMLAB_NODE_IMAGE: await chosen('QUORUMLAB_NODE_IMAGE', 'node:24-slim'),
  }
}

/** Of the services, from this checkout; what has not changed costs a second. */
export async function buildServicesImage(folders: Folders, environment: NodeJS.ProcessEnv): Promise<void> {
  const file = join(resolve(folders.own), 'build.json')
  const services = { image: { extends: { file: PARTS, service: 'building-service' } } }
  await writeFile(file, JSON.stringify({ name: 'quorumlab-build', services }))
  await compose(['--file', file, 'build', '--quiet'], environment)
}
