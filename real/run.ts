/**
 * A scenario on real servers, from nothing to a RunRecord and back to nothing: servers, services and clients are
 * started, the coordinator sets the cluster up by itself, the workload runs with its faults, everything is healed, the
 * replicas converge, the end state is read, and all of it is taken away again, whatever happened in between.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TraceEvent } from '../algorithms/trace.ts'
import { anchorText } from '../scenarios/faults/anchors.ts'
import type { Progress, ProgressListener } from '../scenarios/progress.ts'
import { RandomStreams } from '../scenarios/random.ts'
import type { NodeEnd, RunRecord } from '../scenarios/record.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { RunClock } from './clock.ts'
import type { Driver } from './drivers/driver.ts'
import { makeFolder } from './drivers/make-folder.ts'
import { refuseUnsupported } from './fault-verbs.ts'
import { FaultSchedule } from './faults.ts'
import { History } from './history.ts'
import { ReceivedWatch } from './received-watch.ts'
import { RunProcesses } from './run-processes.ts'
import { awaitConvergence, awaitReign } from './settle.ts'

export interface RealRunOptions extends ProgressListener {
  readonly seed: number
  /** Not started yet; stopped by the run, however it ends. */
  readonly driver: Driver
  /** For the coordinator's journal and what else the run writes. */
  readonly outDir: string
  /** Ends the run at once: what there is of a history is returned with `complete: false`. */
  readonly signal?: AbortSignal
}

/** The workload's time 0 is this far ahead when the clients are told: their process has to wake up. */
const START_LEAD_US = 200_000
const PROGRESS_MS = 250
/** From the end of the workload until the clients have had all their answers, beyond the operations' own deadline. */
const DONE_GRACE_MS = 5_000
/** After an interrupt: how long the clients may take to hand over what they know. */
const HAND_OVER_MS = 1_000

export async function runReal(scenario: Scenario, options: RealRunOptions): Promise<RunRecord> {
  refuseUnsupported(scenario)
  const run = new RealRun(scenario, options)
  try {
    return await run.perform()
  } finally {
    await run.tearDown()
  }
}

class RealRun {
  readonly #scenario: Scenario
  readonly #options: RealRunOptions
  readonly #driver: Driver
  readonly #originUs = RunClock.hostUs()
  readonly #history: History
  readonly #processes: RunProcesses
  /** Aborted when the run ends, however it ends: whoever still waits for something stops waiting. */
  readonly #over = new AbortController()
  #clientsDone: () => void = () => {}
  #faults: FaultSchedule | null = null
  #received: ReceivedWatch | null = null
  #phase: Progress['phase'] = 'preparing'
  /** Of the workload's time 0, on the host's clock; null before it. */
  #startUs: number | null = null
  readonly #counters: Record<string, number> = {}
  #healedUs: number | null = null
  #unsettled: string | null = null
  /** Rejects when the run must end early: an interrupt, or a process that failed. */
  readonly #ending: Promise<never>
  #end: (error: unknown) => void = () => {}

  constructor(scenario: Scenario, options: RealRunOptions) {
    this.#scenario = scenario
    this.#options = options
    this.#driver = options.driver
    this.#history = new History(scenario, options.seed)
    const identity = { originUs: this.#originUs, seed: options.seed }
    this.#processes = new RunProcesses(scenario, this.#driver, identity, options.outDir, {
      onEvent: (event) => this.#onEvent(event),
      onFailure: (error) => this.#end(error),
      onOperations: (operations) => {
        this.#history.takeOperations(operations)
        for (const operation of operations) this.#faults?.operationEnded(operation)
      },
      onDone: () => this.#clientsDone(),
    })
    this.#ending = new Promise((_, reject) => {
      this.#end = reject
    })
    this.#ending.catch(() => {})
    const { signal } = options
    if (signal?.aborted === true) this.#end(signal.reason)
    else signal?.addEventListener('abort', () => this.#end(signal.reason), { once: true })
  }

  async perform(): Promise<RunRecord> {
    const timer = setInterval(() => this.#report(), PROGRESS_MS)
    try {
      await this.#orEnd(this.#prepare())
      await this.#orEnd(this.#workload())
      await this.#orEnd(this.#settle())
      return await this.#orEnd(this.#read())
    } catch (error) {
      if (this.#options.signal?.aborted !== true || this.#startUs === null) throw error
      return await this.#interrupted()
    } finally {
      clearInterval(timer)
    }
  }

  /** Nothing of the run is left after this. */
  async tearDown(): Promise<void> {
    this.#over.abort(new Error('the run is over'))
    this.#received?.stop()
    await this.#processes.tearDown(this.#faults?.stop() ?? Promise.resolve())
  }

  async #prepare(): Promise<void> {
    makeFolder(this.#options.outDir)
    const beganUs = RunClock.hostUs()
    await this.#processes.startServers()
    this.#counters.serversUpMs = (RunClock.hostUs() - beganUs) / 1000
    this.#counters.storageFsyncUs = this.#driver.storage.fsyncUs
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
    this.#faults = this.#faultSchedule(this.#startUs)
    this.#faults.begin(this.#scenario.faults)
    const faults = this.#faults
    this.#received = ReceivedWatch.of(
      this.#scenario,
      this.#driver,
      () => this.#history.source,
      (one) => faults.received(one),
    )
    const limitMs = (START_LEAD_US + workload.durationUs + livenessUs + workload.deadlineUs) / 1000 + DONE_GRACE_MS
    const over = within(limitMs, done, 'the clients did not finish', this.#over.signal)
    if (livenessUs > 0) await Promise.all([over, this.#healForProbes()])
    else await over
    await this.#faults.stop()
    this.#received?.stop()
  }

  /** While the clients' probes go on. */
  async #healForProbes(): Promise<void> {
    const leftMs = (this.#scenario.workload.durationUs - this.#nowUs()) / 1000
    await sleep(Math.max(0, leftMs), undefined, { signal: this.#over.signal })
    await this.#faults!.stop()
    await this.#faults!.heal()
    this.#healedUs = this.#nowUs()
  }

  /** Whatever is still broken is mended, and the replicas get their time. */
  async #settle(): Promise<void> {
    this.#phase = 'settling'
    const beganUs = RunClock.hostUs()
    await this.#faults!.heal()
    const { coordinators } = this.#processes
    const quarantined = (node: string) => this.#quarantined(node)
    this.#unsettled = await awaitConvergence(this.#driver, coordinators, quarantined, this.#over.signal)
    this.#counters.settleMs = (RunClock.hostUs() - beganUs) / 1000
    if (this.#unsettled !== null) this.#note(`the replicas did not converge: ${this.#unsettled}`)
    await this.#faults!.lookAfter()
  }

  async #read(): Promise<RunRecord> {
    this.#phase = 'reading'
    // The end state is what the coordinators left, and nothing may change while it is read.
    await Promise.all(this.#processes.coordinators.map((coordinator) => coordinator.kill()))
    const nodes = await Promise.all(
      this.#driver.nodes.map(async ({ name }) => this.#endOf(await this.#driver.endState(name))),
    )
    const wallOffsetUs = Date.now() * 1000 - RunClock.hostUs()
    const lag = await this.#driver.lag((wallUs) => Math.round(wallUs - wallOffsetUs - this.#startUs!))
    for (const incident of this.#driver.incidents) this.#note(incident)
    return this.#record({ nodes, lag, complete: true, endedUs: this.#scenario.workload.durationUs })
  }

  /** Ctrl-C: what the clients know so far, and nothing that takes time. */
  async #interrupted(): Promise<RunRecord> {
    const endedUs = Math.max(0, Math.min(this.#nowUs(), this.#scenario.workload.durationUs))
    const done = new Promise<void>((resolve) => {
      this.#clientsDone = resolve
    })
    this.#processes.handOver()
    await Promise.race([done, sleep(HAND_OVER_MS, undefined, { signal: this.#over.signal })])
    return this.#record({ nodes: [], lag: [], complete: false, endedUs })
  }

  #record(end: Pick<RunRecord, 'nodes' | 'lag' | 'complete' | 'endedUs'>): RunRecord {
    const startUs = this.#startUs! - this.#originUs
    // An interrupted client hands over what it had taken from its schedule too, though its time had not come.
    const operations = this.#history.operations
      .filter(({ sentUs, intendedUs }) => sentUs !== null || intendedUs <= end.endedUs)
      .sort((a, b) => a.op - b.op)
    const late = operations
      .filter(({ sentUs }) => sentUs !== null)
      .map(({ sentUs, intendedUs }) => sentUs! - intendedUs)
      .sort((a, b) => a - b)
    this.#counters.clientLatenessP50Us = late[late.length >> 1] ?? 0
    this.#counters.clientLatenessP99Us = late[Math.floor(late.length * 0.99)] ?? 0
    return {
      world: this.#driver.world,
      seed: this.#options.seed,
      operations,
      events: this.#history.events.map((event) => ({ ...event, atUs: event.atUs - startUs })),
      faults: this.#faults?.records ?? [],
      healedUs: this.#healedUs,
      unsettled: this.#unsettled,
      losses: this.#processes.losses(startUs),
      unfired: this.#faults?.unfired.map(anchorText) ?? [],
      ...end,
      digest: null,
      mysqlVersion: this.#driver.version,
      counters: this.#counters,
    }
  }

  /** Which role a server ended in is the trace's to say: the server itself cannot know. */
  #endOf(end: NodeEnd): NodeEnd {
    if (!end.reachable) return { ...end, role: 'down' }
    if (end.node === this.#history.source) return { ...end, role: 'source' }
    return { ...end, role: this.#quarantined(end.node) ? 'quarantined' : 'replica' }
  }

  #quarantined(node: string): boolean {
    const last = this.#history.events.findLast(
      (event) => (event.kind === 'quarantined' || event.kind === 'rejoined') && event.node === node,
    )
    return last?.kind === 'quarantined'
  }

  #faultSchedule(workloadStartUs: number): FaultSchedule {
    return new FaultSchedule({
      targets: this.#processes.faultTargets(),
      nodes: this.#driver.nodes,
      source: () => this.#history.source,
      issuer: () => this.#history.issuer,
      streams: new RandomStreams(this.#options.seed),
      workloadStartUs,
      ask: (request, deadlineUs) => this.#processes.ask(request, deadlineUs),
      nowUs: () => RunClock.hostUs(),
      onFailure: (error) => this.#end(error),
      onChange: (label) => this.#note(label),
    })
  }

  #note(text: string): void {
    this.#onEvent({ kind: 'note', text, atUs: RunClock.hostUs() - this.#originUs, process: 'harness' })
  }

  #onEvent(event: TraceEvent): void {
    this.#history.takeEvent(event)
    this.#faults?.emitted(event)
    const startUs = this.#startUs ?? RunClock.hostUs()
    this.#options.onEvent?.({ ...event, atUs: event.atUs + this.#originUs - startUs })
    this.#report()
  }

  #report(): void {
    this.#options.onProgress?.(this.#history.progress(this.#phase, this.#nowUs(), this.#faults?.active ?? []))
  }

  /** Since the start of the workload; 0 before it. */
  #nowUs(): number {
    return this.#startUs === null ? 0 : RunClock.hostUs() - this.#startUs
  }

  #orEnd<T>(work: Promise<T>): Promise<T> {
    // If the run ends first, what becomes of the work is not asked any more.
    work.catch(() => {})
    return Promise.race([this.#ending, work])
  }
}

async function within<T>(limitMs: number, work: Promise<T>, complaint: string, signal: AbortSignal): Promise<T> {
  const ends = new AbortController()
  const late = sleep(limitMs, undefined, { signal: AbortSignal.any([signal, ends.signal]) }).then(() => {
    throw new Error(`${complaint} within ${Math.round(limitMs)} ms`)
  })
  try {
    return await Promise.race([late, work])
  } finally {
    ends.abort()
  }
}
