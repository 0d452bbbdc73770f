/**
 * The clients: an open or a closed loop against the coordinators, the same code in both worlds.
 *
 * The schedule is drawn from named random streams before anybody is asked anything, so the same seed gives the same
 * operations at the same intended moments whatever the system under test does. Each of `clients` fibers takes the
 * next operation of the schedule, sleeps until its intended start, sends it, and waits for its end. Operations are
 * taken in order, so this is one queue with `clients` servers: an operation that is due while every client is busy
 * waits, and its latency counts from the intended start (no coordinated omission). It needs no dispatcher and no
 * hand-over: one sleep and one call per operation.
 *
 * In a closed loop each client takes its next operation when its last one has ended and it has thought; it is meant to
 * start then, so nothing waits for a client and nothing is left unsent.
 *
 * When the duration is over and the scenario asks for liveness, probes follow (probes.ts): checked, not measured.
 */

import type { Fiber, FiberProcess, Task } from '../../algorithms/fiber.ts'
import { sleep } from '../../algorithms/fiber.ts'
import { explained } from '../../algorithms/reasons/outcomes.ts'
import type { CoordinatorServer } from '../../algorithms/servers.ts'
import type { RandomStreams } from '../chance/random.ts'
import { mayOffer } from '../file/levels.ts'
import type { Operation } from '../record.ts'
import type { Scenario, Workload } from '../scenario.ts'
import { clientPause } from './client-pause.ts'
import { ClientSession } from './client-session.ts'
import { CoordinatorClient, explain, type OpenOperation, unsent } from './coordinator-client.ts'
import { Schedule } from './operation-schedule.ts'
import { Probes } from './probes.ts'

const NO_CLIENT_FREE = explained({ code: 'no-client-free' })

export interface LoadGenerator {
  /**
   * In order of intended start. While the run lasts, the tail may hold up to `clients` operations whose time has not
   * come (`sentUs` null); after `onDone` every entry is final.
   */
  readonly operations: readonly Operation[]
  /** Everything, at this time of the workload: the probes of a liveness phase go on for as long from then on. */
  healed(atUs: number): void
  /** Start nothing new from now on. `onDone` follows when the operations in flight have ended. */
  stop(): void
}

interface LoadGeneratorOptions {
  /** The world's time of the workload's time 0. */
  readonly startUs: number
  /** An operation has reached its end (the unsent ones: when the workload ends). */
  readonly onOperation?: (operation: Operation) => void
  /** Duration and probes are over (or `stop` was called), and nothing is in flight any more. Called once. */
  readonly onDone: () => void
}

export function startLoadGenerator(
  process: FiberProcess,
  scenario: Pick<Scenario, 'workload' | 'livenessUs'>,
  coordinators: readonly CoordinatorServer[],
  streams: RandomStreams,
  options: LoadGeneratorOptions,
): LoadGenerator {
  const loop = new Clients(process, scenario, coordinators, streams, options)
  loop.begin()
  return loop
}

export function coordinatorServer(name: string): CoordinatorServer {
  return { name, kind: 'coordinator' }
}

interface Slot {
  /** Has an operation in flight (or cannot be kept from sending it). */
  busy: boolean
  /** The operation it waits for or has in flight. */
  next: Operation | null
}

class Clients implements LoadGenerator {
  readonly operations: OpenOperation[] = []
  readonly #process: FiberProcess
  readonly #workload: Workload
  readonly #coordinator: CoordinatorClient
  readonly #schedule: Schedule
  /** Null once they are over, and where the scenario wants none. */
  #probes: Probes | null = null
  readonly #options: LoadGeneratorOptions
  readonly #streams: RandomStreams
  readonly #clients: { readonly task: Task<void>; readonly slot: Slot }[] = []
  #end: Task<void> | null = null
  #inFlight = 0
  #closed = false

  constructor(
    process: FiberProcess,
    { workload, livenessUs }: Pick<Scenario, 'workload' | 'livenessUs'>,
    coordinators: readonly CoordinatorServer[],
    streams: RandomStreams,
    options: LoadGeneratorOptions,
  ) {
    this.#process = process
    this.#workload = workload
    this.#coordinator = new CoordinatorClient(process, coordinators)
    this.#schedule = new Schedule(workload, streams)
    this.#options = options
    this.#streams = streams
    if (livenessUs > 0)
      this.#probes = new Probes(process, {
        workload,
        livenessUs,
        startUs: options.startUs,
        keys: streams.stream('client/probe'),
        coordinator: this.#coordinator,
        onBegin: (operation) => this.operations.push(operation),
        onOperation: (operation) => options.onOperation?.(operation),
        onDone: () => this.#probesDone(),
      })
  }

  begin(): void {
    for (let i = 1; i <= this.#workload.clients; i++) {
      const slot: Slot = { busy: false, next: null }
      this.#clients.push({ task: this.#process.spawn(`client-${i}`, this.#client(i, slot)), slot })
    }
    this.#coordinator.begin()
    this.#end = this.#process.spawn('end', this.#endOfDuration())
  }

  healed(atUs: number): void {
    this.#probes?.healed(atUs)
  }

  stop(): void {
    if (this.#closed) this.#probes?.stop()
    else {
      this.#probes = null
      this.#end?.cancel()
      this.#process.spawn('stop', this.#close())
    }
  }

  *#client(client: number, slot: Slot): Fiber<void> {
    const { startUs, onOperation } = this.#options
    const { deadlineUs } = this.#workload
    const coordinator = this.#coordinator
    // Some clients know nothing but their deadline: whoever asks a coordinator that wakes may get a stale answer.
    const isPatient = client % 2 === 0
    const session = new ClientSession(mayOffer(this.#workload.consistency, 'SESSION'), isPatient)
    const pauseUs = this.#workload.mode === 'closed' ? clientPause(this.#workload, this.#streams, client) : null
    let nowUs = this.#process.nowUs - startUs
    if (pauseUs !== null) nowUs = yield* this.#until(0)
    for (let operation = this.#take(client, nowUs); operation !== null; operation = this.#take(client, nowUs)) {
      slot.next = operation
      // A loop, because timers of the real world may be early by a fraction of a millisecond.
      while (nowUs < operation.intendedUs) {
        yield* sleep(operation.intendedUs - nowUs)
        nowUs = this.#process.nowUs - startUs
      }
      if (!slot.busy) {
        slot.busy = true
        this.#inFlight++
      }
      const answer = yield* coordinator.send(operation, session, nowUs, deadlineUs)
      coordinator.heard(operation, session, answer)
      nowUs = this.#process.nowUs - startUs
      operation.endUs = nowUs
      slot.busy = false
      slot.next = null
      this.#inFlight--
      onOperation?.(operation)
      this.#finishIfIdle()
      if (pauseUs !== null && !this.#closed) nowUs = yield* this.#until(nowUs + pauseUs(operation))
    }
  }

  /** Of the workload's time; what it is then is returned. */
  *#until(dueUs: number): Fiber<number> {
    let nowUs = this.#process.nowUs - this.#options.startUs
    while (nowUs < dueUs) {
      yield* sleep(dueUs - nowUs)
      nowUs = this.#process.nowUs - this.#options.startUs
    }
    return nowUs
  }

  /** The next operation of the schedule, whoever asks; null when nothing more is to be started. */
  #take(session: number, nowUs: number): OpenOperation | null {
    if (this.#closed || !this.#schedule.advance(nowUs)) return null
    const operation = this.#scheduled(session)
    this.operations.push(operation)
    return operation
  }

  #scheduled(session: number | null): OpenOperation {
    const { op, isRead, key, consistency, intendedUs, moreKeys, payloadBytes } = this.#schedule
    const operation = unsent(op, isRead, key, consistency, session, intendedUs)
    if (moreKeys.length > 0) operation.moreKeys = moreKeys
    if (payloadBytes > 0) operation.payloadBytes = payloadBytes
    return operation
  }

  *#endOfDuration(): Fiber<void> {
    const endUs = this.#options.startUs + this.#workload.durationUs
    for (let nowUs = this.#process.nowUs; nowUs < endUs; nowUs = this.#process.nowUs) yield* sleep(endUs - nowUs)
    yield* this.#close()
  }

  *#close(): Fiber<void> {
    if (this.#closed) return
    this.#closed = true
    const endedUs = Math.min(this.#process.nowUs - this.#options.startUs, this.#workload.durationUs)
    for (const { task, slot } of this.#clients) {
      if (slot.busy) continue
      if (slot.next !== null && slot.next.intendedUs <= endedUs) {
        // A free client whose timer is about to fire (the real world's may be late): that operation will be sent.
        slot.busy = true
        this.#inFlight++
      } else task.cancel()
    }
    const { operations } = this
    // Clients hold operations whose time has not come and now never will: those were never offered.
    while (operations.length > 0 && operations[operations.length - 1]!.intendedUs > endedUs) operations.pop()
    const isOpen = this.#workload.mode === 'open'
    while (isOpen && this.#schedule.advance() && this.#schedule.intendedUs <= endedUs) {
      const operation = this.#scheduled(null)
      explain(operation, NO_CLIENT_FREE)
      operations.push(operation)
      this.#options.onOperation?.(operation)
    }
    if (this.#probes === null) this.#finishIfIdle()
    else this.#probes.begin(this.#schedule.lastOp)
  }

  #probesDone(): void {
    this.#probes = null
    this.#finishIfIdle()
  }

  #finishIfIdle(): void {
    if (this.#closed && this.#probes === null && this.#inFlight === 0) this.#options.onDone()
  }
}
