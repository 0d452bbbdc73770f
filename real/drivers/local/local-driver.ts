/**
 * The local driver: every server is a process of this machine, on loopback, in a directory that is gone afterwards.
 * This is its door: what a user may choose, and what must be found before anything is started.
 */

import type { MachineNeeds } from '../../faults/machine/needs.ts'
import type { NodeAddress } from '../../mysql/target.ts'
import { chooseStorage, type DataDirectoryChoice } from './data-directory.ts'
import { filesForServers, refuseFewFiles } from './file-limits.ts'
import { findMysqld } from './find-mysqld.ts'
import { LocalCluster } from './local-cluster.ts'
import { claimOwnership, stateRoot } from './ownership.ts'
import { ANY_PORT, PortHolder, type PortWish } from './ports.ts'
import { sweep, sweptText } from './sweep.ts'

export interface LocalOptions {
  readonly nodes: number
  /** Path or name; undefined: QUORUMLAB_MYSQLD, then PATH. */
  readonly mysqld?: string | undefined
  /** `auto` (default), `memory`, `disk`, or a directory. */
  readonly dataDirectory?: DataDirectoryChoice | undefined
  /** By member; undefined: free ones. */
  readonly ports?: readonly NodePorts[] | undefined
  /**
   * Where discarded transactions are saved. Default: beside the state directory, where they outlive the cluster. A relative
   * path begins in the cluster's own directory, and what is saved there goes with it.
   */
  readonly extrasDirectory?: string | undefined
  /** What has to be prepared for a scenario's faults. */
  readonly needs?: MachineNeeds | undefined
  /** One line for each thing that takes a while. */
  readonly onProgress?: ((line: string) => void) | undefined
  /** For tests. */
  readonly stateRoot?: string | undefined
  readonly cache?: string | undefined
}

/** Of one server. */
export interface NodePorts {
  readonly client: PortWish
  readonly administrative: PortWish
}

const FREE_PORTS: NodePorts = { client: ANY_PORT, administrative: ANY_PORT }

/** node1 gets this port, node2 the next, ...; the administrative ports follow. undefined: free ones. */
export function portsFrom(basePort: number | undefined, nodes: number): readonly NodePorts[] | undefined {
  if (basePort === undefined) return undefined
  const advice = 'Name another --base-port, or leave it out: free ports are found by themselves.'
  return Array.from({ length: nodes }, (_, i) => ({
    client: { port: basePort + i, advice },
    administrative: { port: basePort + nodes + i, advice },
  }))
}

/** Finds mysqld, cleans up after runs that were killed, picks ports and a place for data. Starts no server yet. */
export async function createLocalDriver(options: LocalOptions): Promise<LocalCluster> {
  refuseFewFiles(filesForServers(options.nodes))
  const mysqld = await findMysqld(options.mysqld)
  const root = options.stateRoot ?? stateRoot()
  for (const swept of await sweep(root))
    options.onProgress?.(`cluster ${swept.id}, whose quorumlab was killed: ${sweptText(swept)}`)
  const ownership = claimOwnership(root)
  const ports = new PortHolder()
  try {
    const storage = await chooseStorage(options.dataDirectory ?? 'auto', options.nodes, ownership)
    const nodes: NodeAddress[] = []
    for (let i = 0; i < options.nodes; i++) {
      const name = `node${i + 1}`
      const { client, administrative } = options.ports?.[i] ?? FREE_PORTS
      nodes.push({
        name,
        host: '127.0.0.1',
        port: await ports.take(client, name),
        adminPort: await ports.take(administrative, `the administrative port of ${name}`),
      })
    }
    return new LocalCluster(options, mysqld, ownership, ports, storage, nodes)
  } catch (error) {
    await ports.releaseAll()
    ownership.remove()
    throw error
  }
}
