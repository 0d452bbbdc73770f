/**
 * What the parent and its children say to each other over the IPC channel: configuration down, events and history up.
 * Secrets travel only here, never in arguments or the environment. Nothing a client or an algorithm waits for goes
 * this way; those use TCP, like processes on different hosts would.
 */
import type { CoordinatorConfig } from '../../algorithms/failover/coordinator.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { TimestampAlgorithmName } from '../../algorithms/timestamps/algorithms.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { Command } from '../../scenarios/faults/commands.ts'
import type { Operation } from '../../scenarios/record.ts'
import type { Workload } from '../../scenarios/scenario.ts'
import type { MysqlTarget } from '../mysql/target.ts'
import type { CarriedOut, ProxyOrder, ProxySetup } from '../network/proxy/orders.ts'
import type { SystemConfig } from '../services/config.ts'
import type { ClockReading } from './clock-reading.ts'

/** Time 0 and chance of the run: the same in every process. */
export interface RunIdentity {
  readonly originUs: number
  readonly seed: number
}

/** Where a service of ours is found by the others. */
export interface ServicePlace {
  readonly name: string
  readonly host: string
  readonly port: number
}

export interface ClusterSetup extends Pick<MysqlTarget, 'accounts' | 'semiSync'> {
  /** In the order of the members. */
  readonly servers: readonly Pick<MysqlTarget, 'node' | 'members'>[]
}

export interface CoordinatorSetup {
  readonly kind: 'coordinator'
  /** Names of all coordinators, this one among them. */
  readonly coordinators: readonly string[]
  /** 0-based place of this one among them. */
  readonly index: number
  readonly run: RunIdentity
  /** Address to listen on. */
  readonly bind: string
  /** 0: any. A restarted coordinator gets the port its clients know. */
  readonly port: number
  readonly cluster: ClusterSetup
  readonly dataConnections: number
  readonly timestampServers: readonly ServicePlace[]
  readonly config: Pick<
    CoordinatorConfig,
    'algorithms' | 'seer' | 'tuning' | 'acknowledge' | 'maxApplyBacklog' | 'unsafe'
  >
  readonly journalPath: string
}

export interface ClientSetup {
  readonly kind: 'client'
  readonly run: RunIdentity
  readonly coordinators: readonly ServicePlace[]
  readonly workload: Workload
  readonly livenessUs: number
  /** Operations whose end is told at once: something waits for it. */
  readonly urgent: readonly number[]
}

export interface TimestampSetup {
  readonly kind: 'timestamp'
  readonly run: RunIdentity
  /** As a coordinator's. */
  readonly bind: string
  readonly port: number
  readonly algorithm: TimestampAlgorithmName
  /** 0-based, of `names`. */
  readonly index: number
  /** Of all timestamp servers. */
  readonly names: readonly string[]
  readonly volatileLimit: boolean
  readonly leaseUs: number
  readonly journalPath: string
}

/** A service of the running system: which one it is, its program was told when it was started. */
export interface ServiceSetup {
  readonly kind: 'service'
  readonly config: SystemConfig
}

export type Setup = CoordinatorSetup | ClientSetup | TimestampSetup | ServiceSetup | ProxySetup

export type ToChild =
  | { readonly kind: 'setup'; readonly setup: Setup }
  /** timestamp: where the others are. Ports are known when all have started. */
  | { readonly kind: 'peers'; readonly peers: readonly ServicePlace[] }
  /** client: begin; the workload's time 0, in the run's time. */
  | { readonly kind: 'start'; readonly startUs: number }
  /** timestamp: what time is it there? */
  | { readonly kind: 'tellTime' }
  /** client: everything was healed, at this time of the workload. */
  | { readonly kind: 'healed'; readonly atUs: number }
  /** client: start nothing new. */
  | { readonly kind: 'stop' }
  /** client: hand over everything now, what is in flight as well. */
  | { readonly kind: 'handOver' }
  /** coordinator: the supervisor's answer. */
  | { readonly kind: 'supervised'; readonly id: number; readonly outcome: Outcome<unknown> }
  /** proxy */
  | { readonly kind: 'order'; readonly id: number; readonly order: ProxyOrder }

export interface Refusal {
  readonly what: string
  readonly isDiskFull: boolean
  readonly advice: string
}

export type FromChild =
  /** `port` 0: serves nothing. */
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'event'; readonly event: TraceEvent }
  /** coordinator: something may wait for this. */
  | { readonly kind: 'command'; readonly command: Command; readonly isAnswered: boolean }
  | { readonly kind: 'time'; readonly reading: ClockReading }
  /** coordinator: a request to whoever owns the server processes. */
  | { readonly kind: 'supervise'; readonly id: number; readonly request: { readonly kind: string } }
  | { readonly kind: 'operations'; readonly operations: readonly Operation[] }
  /** proxy: an order. */
  | ({ readonly kind: 'carriedOut'; readonly id: number } & CarriedOut)
  /** client: everything has been handed over. */
  | { readonly kind: 'done' }
  /** The operating system refused something that the process cannot do without: the run ends. */
  | ({ readonly kind: 'refused' } & Refusal)
  /** A bug: the run ends. */
  | { readonly kind: 'fatal'; readonly message: string }
