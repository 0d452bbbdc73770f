/** What a run simulates: MySQL servers under a coordinator, or a Raft group. `run.ts` asks no more of it than this. */
import type { FiberProcess } from '../algorithms/fiber.ts'
import type { TraceEvent, TraceFact } from '../algorithms/trace.ts'
import type { Effect, Operator } from '../scenarios/faults/fault-world.ts'
import type { Item } from '../scenarios/faults/items.ts'
import type { DataLoss, NodeEnd } from '../scenarios/record.ts'
import type { Kernel } from './kernel/kernel.ts'
import type { LagLog } from './mysql/lag-log.ts'
import type { Network } from './network/network.ts'

/** How a system that is being set up lets time pass. */
export interface Clock {
  run(durationUs: number): void
  /** Simulates until `missing` finds nothing, or gives up. */
  until(limitUs: number, missing: () => string | null, giveUp: (missing: string) => void): void
}

/** What the fault schedule works on. */
export interface FaultField {
  readonly kernel: Kernel
  readonly world: { emit(process: string, fact: TraceFact): void }
  /** Null: there is no coordinator to ask. */
  readonly operator: Operator | null
  readonly network: Network
  effectOf(item: Item): Effect
  /** The names that a word stands for now; `down`: what the harness has taken down and not brought back. */
  namesOf(word: string, down: readonly string[]): readonly string[]
}

export interface SimulatedSystem extends FaultField {
  /** The process of the load generator. */
  readonly client: FiberProcess
  readonly events: readonly TraceEvent[]
  readonly lag: LagLog
  /** A bug somewhere: the run ends with it. */
  readonly fatal: Error | null
  /** Boots everything, until clients can be served. */
  prepare(clock: Clock): void
  /** What keeps the servers from having converged; null: nothing. */
  difference(): string | null
  end(): NodeEnd[]
  /** Servers whose data became less, at the simulation's times. */
  readonly losses: readonly DataLoss[]
  /** What it wants to state beside the number of events. */
  counters(): Readonly<Record<string, number>>
}
