/**
 * What can be asked of whoever owns the processes of a running system: what a coordinator asks of its supervisor
 * anyway, and beside it what a person wants done to them (the wire's stop-master and start-instance, injected faults).
 * Locally `up` serves it over the IPC channel (system/operate.ts), in containers the control volume.
 *
 * Nodes are named as everywhere inside, `node1`. A server that was stopped, killed or paused here is not started again
 * by the supervision until `startNode` or `resumeNode`: it is down because somebody wants it so.
 */
import type { SupervisorRequests } from '../../algorithms/servers.ts'
import type { Witness } from '../drivers/driver.ts'

/** What an independent look at a server's process and its greeting saw. */
export type Sighting = Pick<Witness, 'alive' | 'process' | 'text'>

interface OnNode {
  readonly request: { readonly node: string }
  /** As it is afterwards. */
  readonly reply: Sighting
}

/** One process of the system as its supervision sees it. */
export interface ProcessState {
  /** `node1`, `coordinator`, `timestamp-1`, ... */
  readonly name: string
  /** `waiting`: for the next attempt; `stopped`: by an operator; `given-up`: it ended too often. */
  readonly state: 'starting' | 'up' | 'paused' | 'waiting' | 'stopped' | 'given-up'
  /** Null: it has none at the moment. */
  readonly pid: number | null
  /** Times it was started again because it had ended by itself. */
  readonly restarts: number
  /** One line for people; empty where there is nothing to say. */
  readonly detail: string
  /** When this state began: wall clock, milliseconds since 1970. */
  readonly sinceMs: number
}

export type OperatorRequests = SupervisorRequests & {
  /** SIGTERM and an orderly end. */
  stopNode: OnNode
  /** After a stop, a kill, or when it was given up: on its old port and data, read-only, following nobody. */
  startNode: OnNode
  /** SIGKILL. */
  killNode: OnNode
  /** SIGSTOP: connections stay open, nothing answers. */
  pauseNode: OnNode
  resumeNode: OnNode
  /** SIGKILL of another process than a MySQL server; the supervision starts it again. */
  killService: { readonly request: { readonly name: string }; readonly reply: ProcessState }
  /** Only a look. */
  witness: OnNode
  /** All of them. `failed` where nobody can say (containers). */
  processes: { readonly request: object; readonly reply: readonly ProcessState[] }
}
