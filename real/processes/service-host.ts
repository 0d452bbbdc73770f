/** Where the run's own services run: as processes of this machine, or each in a container. Both are driven alike. */
import type { Ended } from '../drivers/death.ts'
import type { Place } from '../network/network.ts'
import type { FromChild, Setup, ToChild } from './ipc-messages.ts'

/** One life of a service: from its start to the end of its process. */
export interface ServiceProcess {
  readonly name: string
  /** Where it is found by the others; port 0: it serves nothing. */
  readonly host: string
  readonly port: number
  /** The system's word, never the process's own. */
  readonly condition: 'running' | 'paused' | 'gone'
  /** One line for people, e.g. `process 4711`. */
  readonly description: string
  /** What it wrote to its standard error at last. */
  readonly lastLines: readonly string[]
  /** What its end means when nobody had asked for it. */
  deathBy(ended: Ended): Error
  send(message: ToChild): void
  /** SIGKILL, and seen dead. */
  kill(): Promise<void>
  /** SIGTERM; SIGKILL after a grace. */
  stop(): Promise<void>
  /** Has been asked for when it returns; `condition` tells when it shows. */
  pause(): Promise<void>
  resume(): Promise<void>
}

export interface ServiceEvents {
  /** A process of this machine, which somebody has to end when we cannot. What it throws ends the process. */
  readonly onSpawn?: (pid: number) => void
  /** A child may ask before it is ready, so before `start` has given it to anybody: it is told with what it says. */
  readonly onMessage?: (message: FromChild, from: ServiceProcess) => void
  /** Once, when the process is gone, whatever the reason. */
  readonly onExit?: (process: ServiceProcess, ended: Ended) => void
}

export interface ServiceHost {
  /** The address its services listen on, where the network of the run does not say otherwise. */
  readonly bind: string
  /** Resolves when the service serves. Rejects, with its process gone, when it does not get that far. */
  start(name: string, setup: Setup, events: ServiceEvents, place: Place): Promise<ServiceProcess>
}
