/**
 * A scenario on real servers, from nothing to a RunRecord and back to nothing: servers, services and clients are
 * started, the coordinator sets the cluster up by itself, the workload runs with its faults, everything is healed, the
 * replicas converge, the end state is read, and all of it is taken away again, whatever happened in between.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TraceEvent } from '../algorithms/trace.ts'
import { anchorText } from '../scenarios/faults/anchors.ts'
import { lingeringUs } from '../scenarios/faults/facts.ts'
import type { Progress } from '../scenarios/progress.ts'
import type { Incident, RunRecord } from '../scenarios/record.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { withAudit } from './audit/with-audit.ts'
import { lagOf } from './drivers/binlog-lag.ts'
import { DiskWatch } from './drivers/disk-watch.ts'
import type { Driver } from './drivers/driver.ts'
import { makeFolder } from './drivers/make-folder.ts'
import { awaitConvergence, awaitReign } from './drivers/settle.ts'
import { clientsLate, Ending, within } from './ending.ts'
import { faultContext } from './faults/fault-context.ts'
import { RunFaults } from './faults/run-faults.ts'
import { refuseUnsupported } from './faults/unsupported.ts'
import { honoured } from './honours.ts'
import { ReceivedWatch } from './mysql/received-watch.ts'
import { makeNetwork } from './network/choose.ts'
import type { RunNetwork } from './network/network.ts'
import { latenessOf } from './processes/client-lateness.ts'
import { RunClock } from './processes/run-clock.ts'
import { RunProcesses } from './processes/run-processes.ts'
import { History } from './run-history.ts'
import type { RealRunOptions, RunScript } from './run-options.ts'

/** The workload's time 0 is this far ahead when the clients are told: their process has to wake up. */
const START_LEAD_US = 200_000
const PROGRESS_MS = 250
/** From the end of the workload until the clients have had all their answers, beyond the operations' own deadline. */
const DONE_GRACE_MS = 5_000
/** After an interrupt: how long the clients may take to hand over what they know. */
const HAND_OVER_MS = 1_000

export async function runReal(scenario: Scenario, options: RealRunOptions): Promise<RunRecord> {
  refuseUnsupported(scenario, options.driver.world, options.network)
  const run = new RealRun(scenario, options)
  let record: RunRecord
  try {
    record = await run.perform()
  } catch (error) {
    // What ended it is more to the point than what went wrong in cleaning up.
    await run.tearDown().catch(() => {})
    throw error
  }
  const incidents = await run.tearDown().then(
    () => [],
    (error: unknown) => run.incidentsOf(error),
  )
  if (incidents.length === 0) return record
  return { ...record, complete: false, incidents: [...(record.incidents ?? []), ...incidents] }
}

class RealRun {
  readonly #scenario: Scenario
  readonly #options: RealRunOptions
  readonly #driver: Driver
  readonly #originUs = RunClock.hostUs()
  readonly #history: History
  readonly #network: RunNetwork
  readonly #processes: RunProcesses
  /** Aborted when the run ends, however it ends: whoever still waits for something stops waiting. */
  readonly #over = new AbortController()
  #clientsDone: () => void = () => {}
  #faults: RunFaults | null = null
  #received: ReceivedWatch | null = null
  #phase: Progress['phase'] = 'preparing'
  /** Of the workload's time 0, on the host's clock; null before it. */
  #startUs: number | null = null
  readonly #counters: Record<string, number> = {}
  /** When nothing more was offered. */
  #endedUs = 0
  #healedUs: number | null = null
  #unsettled: string | null = null
  #durability: Readonly<Record<string, string>> = {}
  readonly #ending: Ending

  constructor(scenario: Scenario, options: RealRunOptions) {
    this.#scenario = scenario
    this.#options = options
    this.#driver = options.driver
    this.#history = new History(scenario, options.seed)
    const onFailure = (error: Error) => this.#ending.end(error)
    this.#network = makeNetwork(scenario, options, onFailure)
    const run = { originUs: this.#originUs, seed: options.seed, driver: this.#driver, network: this.#network }
    this.#processes = new RunProcesses(scenario, run, options.outDir, {
      onEvent: (event) => this.#onEvent(event),
      onCommand: (command, isAnswered) => this.#faults?.schedule.commanded(command, isAnswered),
      onFailure,
      onOperations: (operations) => {
        this.#history.takeOperations(operations)
        for (const operation of operations) this.#faults?.schedule.operationEnded(operation)
      },
      onDone: () => this.#clientsDone(),
    })
    this.#ending = new Ending(options.signal, this.#over.signal)
    this.#driver.onIncident((incident) => this.#ending.end(incident))
  }

  async perform(): Promise<RunRecord> {
    const disks = new DiskWatch(this.#driver, this.#options.outDir)
    const timer = setInterval(() => {
      this.#report()
      const full = this.#phase === 'preparing' ? null : disks.look()
      if (full !== null) this.#ending.end(full)
    }, PROGRESS_MS)
    try {
      await this.#ending.orEnd(this.#prepare())
      await this.#ending.orEnd(this.#workload())
      await this.#ending.orEnd(this.#settle())
      return await this.#ending.orEnd(this.#read())
    } catch (error) {
      // Before the workload there is nothing to keep.
      if (this.#startUs === null) throw error
      const incidents = await this.incidentsOf(error)
      for (const { what, atUs } of incidents) this.#note(what, atUs + this.#startUs)
      return await this.#part(incidents)
    } finally {
      clearInterval(timer)
      this.#report()
    }
  }

  /** None: it was told to stop. Throws what is a bug. */
  incidentsOf(error: unknown): Promise<readonly Incident[]> {
    return this.#ending.incidentsOf(error, this.#startUs ?? RunClock.hostUs())
  }

  /** Nothing of the run is left after this. */
  async tearDown(): Promise<void> {
    this.#over.abort(new Error('the run is over'))
    this.#received?.stop()
    this.#faults?.close()
    await this.#processes.tearDown(this.#faults?.stop() ?? Promise.resolve())
  }

  async #prepare(): Promise<void> {
    makeFolder(this.#options.outDir)
    const beganUs = RunClock.hostUs()
    await this.#processes.startServers()
    this.#counters.serversUpMs = (RunClock.hostUs() - beganUs) / 1000
    this.#counters.storageFsyncUs = this.#driver.storage.fsyncUs
    this.#durability = await this.#driver.durability()
    await this.#processes.startCoordinators()
    await awaitReign(this.#processes.coordinators, this.#driver.nodes.length - 1, this.#over.signal)
    this.#counters.clusterReadyMs = (RunClock.hostUs() - beganUs) / 1000
    await this.#processes.startClients()
  }

  async #workload(): Promise<void> {
    const { workload, livenessUs } = this.#scenario
    this.#phase = 'workload'
    this.#startUs = RunClock.hostUs() + START_LEAD_US
    const done = new Promise<void>((resolve) => {
      this.#clientsDone = resolve
    })
    this.#processes.beginWorkload(this.#startUs - this.#originUs)
    this.#faults = this.#runFaults(this.#startUs)
    const { schedule } = this.#faults
    this.#received = ReceivedWatch.of(
      this.#scenario,
      this.#driver,
      () => this.#history.source,
      ({ node, op }) => schedule.received(node, op),
    )
    const { script } = this.#options
    if (script !== undefined) this.#follow(script).catch((error: unknown) => this.#ending.end(error))
    if (livenessUs > 0) await this.#healForProbes()
    const restUs = Math.max(0, workload.durationUs - this.#nowUs()) + livenessUs + workload.deadlineUs
    const limitMs = restUs / 1000 + DONE_GRACE_MS
    await within(limitMs, done, () => clientsLate(limitMs, this.#processes.clientCondition), this.#over.signal)
    this.#endedUs = Math.min(this.#nowUs(), workload.durationUs)
    await this.#faults.stop()
    this.#received?.stop()
  }

  /** The workload ends when the script does. */
  async #follow(script: RunScript): Promise<void> {
    const { schedule: faults } = this.#faults!
    const { operations } = this.#history
    const { signal } = this.#over
    await script({ driver: this.#driver, faults, operations, nowUs: () => this.#nowUs(), signal })
    this.#processes.tellClients({ kind: 'stop' })
  }

  /** While the clients' probes go on. */
  async #healForProbes(): Promise<void> {
    const leftMs = (this.#scenario.workload.durationUs - this.#nowUs()) / 1000
    await sleep(Math.max(0, leftMs), undefined, { signal: this.#over.signal })
    await this.#faults!.stop()
    await this.#faults!.heal()
    this.#healedUs = this.#nowUs()
    this.#processes.tellClients({ kind: 'healed', atUs: this.#healedUs })
  }

  /** Whatever is still broken is mended, and the replicas get their time. */
  async #settle(): Promise<void> {
    this.#phase = 'settling'
    const beganUs = RunClock.hostUs()
    await this.#faults!.heal()
    const { coordinators } = this.#processes
    const quarantined = (node: string) => this.#history.isQuarantined(node)
    const lingersMs = lingeringUs(this.#scenario.faults.map(({ verb }) => verb)) / 1_000
    this.#unsettled = await awaitConvergence(this.#driver, coordinators, quarantined, lingersMs, this.#over.signal)
    this.#counters.settleMs = (RunClock.hostUs() - beganUs) / 1000
    if (this.#unsettled !== null) this.#note(`the replicas did not converge: ${this.#unsettled}`)
    await this.#faults!.lookAfter()
  }

  async #read(): Promise<RunRecord> {
    this.#phase = 'reading'
    // The end state is what the coordinators left, and nothing may change while it is read.
    await Promise.all(this.#processes.coordinators.map((coordinator) => coordinator.kill()))
    const nodes = await Promise.all(
      this.#driver.nodes.map(async ({ name }) => this.#history.endOf(await this.#driver.endState(name))),
    )
    const wallOffsetUs = Date.now() * 1000 - RunClock.hostUs()
    const lag = await lagOf(this.#driver, (wallUs) => Math.round(wallUs - wallOffsetUs - this.#startUs!))
    const record = this.#record({ nodes, lag, complete: true, endedUs: this.#endedUs })
    return await withAudit(this.#scenario, record, this.#driver, this.#options.outDir)
  }

  /** Of a run that ended before its time: what the clients know so far, and nothing that takes time. */
  async #part(incidents: readonly Incident[]): Promise<RunRecord> {
    // What happened after the world had broken something says nothing of the cluster.
    const cutUs = incidents[0]?.atUs ?? Number.POSITIVE_INFINITY
    const endedUs = Math.max(0, Math.min(this.#nowUs(), this.#scenario.workload.durationUs, cutUs))
    const done = new Promise<void>((resolve) => {
      this.#clientsDone = resolve
    })
    this.#processes.tellClients({ kind: 'handOver' })
    if (this.#processes.clientCondition === 'running')
      await Promise.race([done, sleep(HAND_OVER_MS, undefined, { signal: this.#over.signal })])
    const record = this.#record({ nodes: [], lag: [], complete: false, endedUs })
    return { ...record, operations: record.operations.filter(({ intendedUs }) => intendedUs <= cutUs), incidents }
  }

  #record(end: Pick<RunRecord, 'nodes' | 'lag' | 'complete' | 'endedUs'>): RunRecord {
    const startUs = this.#startUs! - this.#originUs
    const operations = this.#history.operationsBy(end.endedUs)
    return {
      world: this.#driver.world,
      seed: this.#options.seed,
      operations,
      events: this.#history.events.map((event) => ({ ...event, atUs: event.atUs - startUs })),
      faults: this.#faults?.schedule.records ?? [],
      healedUs: this.#healedUs,
      unsettled: this.#unsettled,
      losses: this.#processes.losses(startUs),
      unfired: this.#faults?.schedule.unfired.map(anchorText) ?? [],
      ...end,
      digest: null,
      mysqlVersion: this.#driver.version,
      durability: this.#durability,
      ...honoured(this.#scenario, this.#network),
      counters: { ...this.#counters, ...latenessOf(operations) },
    }
  }

  #runFaults(workloadStartUs: number): RunFaults {
    const run = { ...this.#options, scenario: this.#scenario, network: this.#network }
    const context = faultContext(
      { ...run, processes: this.#processes, history: this.#history },
      { workloadStartUs, onFailure: (error) => this.#ending.end(error), onNote: (text) => this.#note(text) },
    )
    return new RunFaults(context, this.#scenario.faults)
  }

  #note(text: string, hostUs = RunClock.hostUs()): void {
    this.#onEvent({ kind: 'note', text, atUs: hostUs - this.#originUs, process: 'harness' })
  }

  #onEvent(event: TraceEvent): void {
    this.#history.takeEvent(event)
    this.#faults?.schedule.emitted(event)
    const startUs = this.#startUs ?? RunClock.hostUs()
    this.#options.onEvent?.({ ...event, atUs: event.atUs + this.#originUs - startUs })
    this.#report()
  }

  #report(): void {
    this.#options.onProgress?.(this.#history.progress(this.#phase, this.#nowUs(), this.#faults?.schedule.active ?? []))
  }

  /** Since the start of the workload; 0 before it. */
  #nowUs(): number {
    return this.#startUs === null ? 0 : RunClock.hostUs() - this.#startUs
  }
}
