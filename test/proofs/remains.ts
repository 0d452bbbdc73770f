/** What a cluster could leave behind, looked for from outside. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type OwnerRecord, stateRoot } from '../../real/drivers/local/ownership.ts'
import { Mark } from '../real/leftovers.ts'

export class Remains {
  readonly #mark = new Mark()

  constructor() {
    const [name, text] = this.#mark.assignment.split('=')
    process.env[name!] = text
  }

  /** Processes that descend from us, records of clusters, and what had the name of this one. */
  left(id: string): readonly string[] {
    return [
      ...this.#mark.bearers().map(({ pid, command }) => `process ${pid}: ${command}`),
      ...entriesOf(stateRoot()).map((record) => `record ${record}`),
      ...namedAfter(id),
    ]
  }
}

/** Of what the owner had noted: ports that are listened on, directories, and whatever has its name. */
export function leftOf({ id, servers, directories }: OwnerRecord): readonly string[] {
  const listening = listeningPorts()
  const ports = Object.values(servers).flatMap(({ port, adminPort }) => [port, adminPort])
  return [
    ...ports.filter((port) => listening.has(port)).map((port) => `port ${port}`),
    ...directories.filter((path) => existsSync(path)).map((path) => `directory ${path}`),
    ...namedAfter(id),
  ]
}

/** Namespaces, devices, mounts, cgroups, directories: a run names them after its cluster. Rules go with their namespace. */
function namedAfter(id: string): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const among = (kind: string, names: readonly string[]) =>
    names.filter((name) => name.includes(id)).map((name) => `${kind} ${name}`)
  return [
    ...among('namespace', entriesOf('/run/netns')),
    ...among('device', entriesOf('/sys/class/net')),
    ...among('mount', mounts),
    ...among('cgroup', cgroups()),
    ...among('directory', entriesOf('/dev/shm')),
  ]
}

/** Two levels of each hierarchy. */
function cgroups(): readonly string[] {
  const root = '/sys/fs/cgroup'
  return entriesOf(root).flatMap((name) => [name, ...entriesOf(`${root}/${name}`).map((child) => `${name}/${child}`)])
}

function listeningPorts(): ReadonlySet<number> {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(1))
  const fields = lines.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === '0A')
  return new Set(fields.map(([, local]) => Number.parseInt(local!.split(':')[1]!, 16)))
}

/** Names in a folder; none where there is no such folder. */
export function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
