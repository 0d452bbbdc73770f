/**
 * One simulated run, from nothing to the record: boot, wait for the first reign, workload and faults, heal everything,
 * wait for convergence, read the end state. Synchronous, and a function of scenario and seed alone.
 */
import type { ElectionFactory } from '../algorithms/election/policy.ts'
import type { TraceEvent } from '../algorithms/trace.ts'
import { coordinatorServer, type LoadGenerator, startLoadGenerator } from '../scenarios/clients/load-generator.ts'
import { anchorText } from '../scenarios/faults/anchors.ts'
import { lingeringUs } from '../scenarios/faults/facts.ts'
import type { FaultSchedule } from '../scenarios/faults/schedule.ts'
import type { RunRecord } from '../scenarios/record.ts'
import { coordinatorNames, type Scenario } from '../scenarios/scenario.ts'
import { atOnce, faultSchedule } from './faults/fault-world.ts'
import { SimCluster } from './mysql/cluster.ts'
import { RaftGroup } from './raft/group.ts'
import type { SimulatedSystem } from './simulated-system.ts'

export interface SimulateOptions {
  readonly seed: number
  /** An election policy of the caller's own, instead of the scenario's. */
  readonly election?: ElectionFactory
  /** 0 to 1, now and then. */
  readonly onProgress?: (fraction: number) => void
  /** What was decided since the last time, as in the record, and how far the workload is; now and then. */
  readonly onDecisions?: (decisions: readonly TraceEvent[], atUs: number) => void
  /** Asked now and then: true ends the run with what there is (`complete: false`). */
  readonly shouldStop?: () => boolean
}

const CONVERGENCE_LIMIT_US = 30_000_000
/** How often the harness looks whether a wait is over, and how much is simulated between two looks outside. */
const LOOK_EVERY_US = 25_000
const SLICE_US = 250_000

class Interrupted extends Error {}

export function simulate(scenario: Scenario, options: SimulateOptions): RunRecord {
  const { seed, election } = options
  const system = scenario.raft === null ? new SimCluster(scenario, seed, election) : new RaftGroup(scenario, seed)
  return new Run(scenario, options, system).run()
}

class Run {
  readonly #scenario: Scenario
  readonly #options: SimulateOptions
  readonly #system: SimulatedSystem
  #load: LoadGenerator | null = null
  #faults: FaultSchedule | null = null
  #startUs = 0
  #healedUs: number | null = null
  #unsettled: string | null = null
  /** How many of the events were told. */
  #told = 0

  constructor(scenario: Scenario, options: SimulateOptions, system: SimulatedSystem) {
    this.#scenario = scenario
    this.#options = options
    this.#system = system
  }

  run(): RunRecord {
    const { durationUs } = this.#scenario.workload
    try {
      this.#system.prepare({
        run: (durationUs) => this.#run(durationUs),
        until: (limitUs, missing, giveUp) => this.#until(limitUs, missing, giveUp),
      })
      this.#workload()
      this.#settle()
      return this.#record(true, durationUs)
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      const endedUs = Math.max(0, Math.min(this.#nowUs - this.#startUs, durationUs))
      this.#load?.stop()
      return this.#record(false, this.#load === null ? 0 : endedUs)
    }
  }

  get #nowUs(): number {
    return this.#system.kernel.queue.now
  }

  /** Simulates for so long, in slices between which the outside may look. */
  #run(durationUs: number): void {
    const { queue } = this.#system.kernel
    const endUs = queue.now + durationUs
    while (queue.now < endUs) {
      queue.run(Math.min(endUs, queue.now + SLICE_US))
      if (this.#system.fatal !== null) throw this.#system.fatal
      if (this.#options.shouldStop?.() === true) throw new Interrupted()
    }
  }

  /** Simulates until `missing` finds nothing, or gives up. */
  #until(limitUs: number, missing: () => string | null, giveUp: (missing: string) => void): void {
    const endUs = this.#nowUs + limitUs
    for (let what = missing(); what !== null; what = missing()) {
      if (this.#nowUs >= endUs) {
        giveUp(what)
        return
      }
      this.#run(LOOK_EVERY_US)
    }
  }

  #workload(): void {
    const { scenario, system } = { scenario: this.#scenario, system: this.#system }
    const { workload } = scenario
    this.#startUs = this.#nowUs
    let done = false
    const faults = faultSchedule(system, this.#startUs, scenario.faults)
    this.#faults = faults
    const coordinators = coordinatorNames(scenario.cluster.coordinators).map(coordinatorServer)
    this.#load = startLoadGenerator(system.client, scenario, coordinators, system.kernel.streams, {
      startUs: this.#startUs,
      onOperation: (operation) => faults.operationEnded(operation),
      onDone: () => {
        done = true
      },
    })
    faults.begin()
    const endUs = this.#startUs + workload.durationUs
    while (this.#nowUs < endUs) {
      this.#options.onProgress?.((this.#nowUs - this.#startUs) / workload.durationUs)
      this.#tell()
      this.#run(Math.min(SLICE_US, endUs - this.#nowUs))
    }
    this.#options.onProgress?.(1)
    atOnce(faults.heal())
    if (scenario.livenessUs > 0) {
      this.#healedUs = this.#nowUs - this.#startUs
      this.#load.healed(this.#healedUs)
      this.#run(scenario.livenessUs)
    }
    this.#until(
      workload.deadlineUs + 1_000_000,
      () => (done ? null : 'operations in flight'),
      (missing) => {
        throw new Error(`assertion: the clients did not finish: ${missing}`)
      },
    )
  }

  #tell(): void {
    const { onDecisions } = this.#options
    if (onDecisions === undefined) return
    const { events } = this.#system
    onDecisions(sinceStart(events.slice(this.#told), this.#startUs), this.#nowUs - this.#startUs)
    this.#told = events.length
  }

  #settle(): void {
    const limitUs = CONVERGENCE_LIMIT_US + lingeringUs(this.#scenario.faults.map(({ verb }) => verb))
    this.#until(
      limitUs,
      () => this.#system.difference(),
      (missing) => {
        this.#unsettled = `${missing} after ${limitUs / 1e6} s`
        this.#system.world.emit('harness', {
          kind: 'note',
          text: `the replicas did not converge: ${this.#unsettled}`,
        })
      },
    )
    atOnce(this.#faults!.lookAfter())
  }

  #record(complete: boolean, endedUs: number): RunRecord {
    const { kernel, events, lag } = this.#system
    const operations = this.#load?.operations ?? []
    const startUs = this.#startUs
    return {
      world: 'sim',
      seed: this.#options.seed,
      operations,
      events: sinceStart(events, startUs),
      faults: this.#faults?.records ?? [],
      unfired: (this.#faults?.unfired ?? []).map(anchorText),
      nodes: complete ? this.#system.end() : [],
      losses: this.#system.losses.map((loss) => ({ ...loss, atUs: loss.atUs - startUs })),
      lag: lag.since(startUs),
      endedUs,
      healedUs: this.#healedUs,
      unsettled: this.#unsettled,
      complete,
      digest: kernel.hash.digest(),
      mysqlVersion: null,
      counters: {
        events: kernel.queue.fired,
        eventsPerOperation: operations.length === 0 ? 0 : kernel.queue.fired / operations.length,
        ...this.#system.counters(),
      },
    }
  }
}

function sinceStart(events: readonly TraceEvent[], startUs: number): TraceEvent[] {
  return events.map((event) => ({ ...event, atUs: event.atUs - startUs }))
}
