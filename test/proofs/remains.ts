/** What a cluster could leave behind, looked for from outside. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type OwnerRecord, stateRoot } from '../../real/drivers/local/ownership.ts'
import { Mark } from '../real/leftovers.ts'

/** Of a record, what it takes to look for its things. */
type Owner = Pick<OwnerRecord, 'id' | 'servers' | 'directories' | 'processes'>

export class Remains {
  readonly #mark = new Mark()

  /** For whoever starts the cluster: every descendant inherits it, and is found by it. */
  get environment(): Readonly<Record<string, string>> {
    const [name, text] = this.#mark.assignment.split('=') as [string, string]
    return { [name]: text }
  }

  get processes(): readonly { readonly pid: number; readonly command: string }[] {
    return this.#mark.bearers()
  }

  /** Processes, records of clusters, and what these owners had. `clusters`: where records are kept. */
  left(owners: readonly Owner[], clusters: string = stateRoot()): readonly string[] {
    return [
      ...this.processes.map(({ pid, command }) => `process ${pid}: ${command}`),
      ...entriesOf(clusters).map((record) => `record ${record}`),
      ...owners.flatMap(leftOf),
      ...rulesLeft(),
    ]
  }
}

/** Of what the owner had noted: ports that are listened on, directories, and whatever has its name or that of its processes. */
function leftOf({ id, servers, directories, processes = {} }: Owner): readonly string[] {
  const listening = listeningPorts()
  const ports = Object.values(servers).flatMap(({ port, adminPort }) => [port, adminPort])
  const pids = Object.values(processes).map(({ pid }) => String(pid))
  const memory = entriesOf('/dev/shm').filter((name) => pids.includes(/_(\d+)$/.exec(name)?.[1] ?? ''))
  return [
    ...ports.filter((port) => listening.has(port)).map((port) => `port ${port}`),
    ...directories.filter((path) => existsSync(path)).map((path) => `directory ${path}`),
    ...memory.map((name) => `shared memory ${name}`),
    ...namedAfter(id),
  ]
}

/** Namespaces, devices, mounts, cgroups, directories: a run names them after its cluster. */
function namedAfter(id: string): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const among = (kind: string, names: readonly string[]) =>
    names.filter((name) => name.includes(id)).map((name) => `${kind} ${name}`)
  return [
    ...among('namespace', entriesOf('/run/netns')),
    ...among('device', entriesOf('/sys/class/net')),
    ...among('mount', mounts),
    ...among('cgroup', foldersBelow('/sys/fs/cgroup')),
    ...among('directory', entriesOf('/dev/shm')),
  ]
}

/** A group lies below the one that its run was started in. */
function foldersBelow(root: string): readonly string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${root}/${name}`)
      .flatMap((path) => [path, ...foldersBelow(path)])
  } catch {
    return [] // gone meanwhile
  }
}

/** Those of a run are in its rooms and go with them. `enter`: words that look in another namespace than the machine's own. */
export function rulesLeft(enter: readonly string[] = []): readonly string[] {
  const [program, ...words] = [...enter, 'iptables-save']
  try {
    const rules = execFileSync(program!, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return rules
      .split('\n')
      .filter((line) => /quorumlab|\bql[0-9a-f]{8}/i.test(line))
      .map((rule) => `rule ${rule}`)
  } catch (error) {
    // Where there is no such program, or only root may ask it, nobody has made rules.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || process.getuid?.() !== 0) return []
    throw error
  }
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
