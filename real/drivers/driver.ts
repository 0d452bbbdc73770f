/**
 * Who owns the servers. A driver brings MySQL servers up, does to their processes what a scenario's faults ask, looks
 * at them from outside, and takes everything away again. It knows nothing about replication: servers boot read-only and
 * following nobody, and the coordinator sets the cluster up (failover/rules.md, section 2).
 *
 * One interface for local processes, later Docker and servers that are merely attached to; the same few files each.
 */
import type { Connection } from 'mysql2/promise'
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { NodeEnd } from '../../scenarios/record.ts'
import type { ServerWorld } from '../../scenarios/worlds.ts'
import type { Lives } from '../faults/machine/lives.ts'
import type { Accounts, NodeAddress } from '../mysql/target.ts'
import type { Rooms } from '../network/namespaces/room.ts'
import type { Places } from '../network/network.ts'
import type { ServiceHost } from '../processes/service-host.ts'
import type { EnvironmentError } from './environment-error.ts'
import type { IdentityFiles } from './identities.ts'
import type { Ownership } from './local/ownership.ts'
import type { Machine } from './machine.ts'

/** What an independent look at a server saw: never the coordinator's opinion, and nothing that the fault itself reported. */
export interface Witness {
  /** The process runs (not stopped, not dead) and MySQL's greeting arrived. */
  readonly alive: boolean
  readonly process: 'running' | 'stopped' | 'gone'
  /** One line for people, e.g. `process 4711 stopped by a signal; connected, but no greeting within 250 ms`. */
  readonly text: string
  /** When it was seen: CLOCK_MONOTONIC, microseconds (`monotonicUs()`). */
  readonly seenUs: number
}

/** Where the servers' data lies, and what an fsync costs there: it goes into the result, because it is half of the latency. */
export interface Storage {
  readonly kind: 'memory' | 'disk'
  readonly directory: string
  /** Median of a 4 kB write followed by fdatasync, in microseconds. */
  readonly fsyncUs: number
  /** Why this one, in words. */
  readonly reason: string
}

export interface Usage {
  /** Processor time of its own since its start, microseconds. */
  readonly busyUs: number | null
  /** Of the machine. */
  readonly cores: number
  /** Resident. */
  readonly memoryBytes: number | null
}

export interface ServerFolders {
  readonly data: string
  /** Where a file system of its own is mounted, which can be filled; null: its data are where the others' are. */
  readonly sizedDisk: string | null
}

export interface SavedExtras {
  readonly path: string
  /** How it was saved, or what could not be done. */
  readonly detail: string
}

export interface KeptFile extends SavedExtras {
  readonly node: string
  readonly gtids: GtidSet
}

export interface Driver {
  readonly world: ServerWorld
  /** Member order: a member's number is its index. */
  readonly nodes: readonly NodeAddress[]
  readonly accounts: Accounts
  /** Where a run's own coordinators and timestamp servers run. */
  readonly services: ServiceHost
  /** Version of the MySQL servers, e.g. `8.4.3`. */
  readonly version: string
  readonly storage: Storage
  /** Whatever of the run is neither process nor folder is noted here before it is made. It goes with `stop()`, or with the next start. */
  readonly ownership: Pick<Ownership, 'id' | 'note'>
  /** What went wrong without being asked for: a server that died by itself. Empty in a sound run. */
  readonly incidents: readonly EnvironmentError[]
  /** Calls back for each incident when it happens; one listener. */
  onIncident(listener: (incident: EnvironmentError) => void): void
  /** What the servers have said of the machine since the last look: that their disk is full. Null: nothing. */
  complaint(): EnvironmentError | null

  /** A network namespace for each of these processes of the run, before any is started; they go with `stop()`. */
  rooms(names: readonly string[]): Promise<Rooms>
  /** All servers up, answering, read-only, replicating from nobody; `places`: where each is to run, if not simply here. Rejects with EnvironmentError. */
  start(places?: Places): Promise<void>
  /** Everything away: processes, ports, directories. Any number of times, in any phase, also during `start()`. */
  stop(): Promise<void>

  /** SIGKILL. Settles when the process has been seen dead; `seenUs` is that moment. */
  kill(node: string): Promise<Witness>
  /** SIGTERM, and wait for an orderly end (killed after a deadline, and then said so). */
  shutdown(node: string): Promise<Witness>
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(node: string): Promise<Witness>
  /** SIGCONT. */
  resume(node: string): Promise<Witness>
  /** Start a server that was killed or shut down, on its old port and data. Settles when it answers. */
  restart(node: string): Promise<Witness>
  witness(node: string): Promise<Witness>

  /** Of a server or a service; missing where all processes share this machine. */
  machine?(name: string): Machine

  /** A process that the run has started beside the servers: if we are killed, whoever cleans up ends it, too. */
  own(name: string, pid: number): void

  /** Of a server or a service: its processes, for whoever hurts what lies under them. */
  lives(name: string): Lives

  /** Of a server, as this machine sees them. */
  folders(node: string): ServerFolders
  /** From which file a service's wall clock is made wrong; null: it was started with the machine's own clock. */
  clockFile(service: string): string | null
  /**
   * What a server says of a full disk, and its end if it comes, are the doing of a fault; until this is taken back, which
   * tells whether it has ended.
   */
  mayEnd(node: string, isAllowed: boolean): boolean

  /** What the server's process uses; null where the machine does not say, or the process is gone. */
  usage(node: string): Usage

  /** Keep what `gtids` did on `node`, before they are thrown away. The server may be up or down. */
  saveExtras(node: string, gtids: GtidSet): Promise<SavedExtras>
  /** Replace the data of `node` by a clone of `donor`: new server_uuid, up, read-only, replicating from nobody. */
  rebuild(node: string, donor: string): Promise<{ readonly uuid: string; readonly tookUs: number }>

  /** What the servers do before they say that a transaction is committed, and where they write it: by setting. */
  durability(): Promise<Readonly<Record<string, string>>>

  /** The server's final state, read from itself. Never rejects: an unreachable server is `reachable: false`. */
  endState(node: string): Promise<NodeEnd>
  /** An administrator's connection of its own. The caller ends it. */
  connect(node: string): Promise<Connection>
  /** The server's binlogs on this machine, those from before its rebuilds included; oldest first, also while it is down. */
  identities(node: string): Promise<readonly IdentityFiles[]>
  /** What `saveExtras` has kept so far. */
  readonly kept: readonly KeptFile[]
}

/** CLOCK_MONOTONIC in microseconds: one clock for all processes of the host. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}
