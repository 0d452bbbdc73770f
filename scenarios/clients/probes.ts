/**
 * The clients of the liveness phase: when the workload is over and everything is healed, these few go on, STRONG writes
 * and reads in turn. They are clients of their own, because those of the workload may still wait for what they sent
 * before the healing; each gives up soon and asks again, so that it shows when the system answers.
 */
import { type Fiber, type FiberProcess, sleep, type Task } from '../../algorithms/fiber.ts'
import type { RandomStream } from '../chance/random.ts'
import { mayOffer } from '../file/levels.ts'
import type { Workload } from '../scenario.ts'
import { ClientSession } from './client-session.ts'
import { type CoordinatorClient, type OpenOperation, unsent } from './coordinator-client.ts'

const PROBES = 4
/** Of each. */
const GAP_US = 200_000
const DEADLINE_US = 1_000_000

interface ProbeOptions {
  readonly workload: Workload
  /** They stop so long after everything was healed, which may take its time on real servers. */
  readonly livenessUs: number
  /** The world's time of the workload's time 0. */
  readonly startUs: number
  readonly keys: RandomStream
  readonly coordinator: CoordinatorClient
  /** An operation whose time has come; its fields are filled in as it goes on. */
  readonly onBegin: (operation: OpenOperation) => void
  readonly onOperation: (operation: OpenOperation) => void
  /** Nothing is in flight any more, and nothing more will be. Called once. */
  readonly onDone: () => void
}

interface Probe {
  readonly task: Task<void>
  inFlight: boolean
}

export class Probes {
  readonly #process: FiberProcess
  readonly #options: ProbeOptions
  readonly #probes: Probe[] = []
  #running = 0
  #lastOp = 0
  #untilUs = Number.POSITIVE_INFINITY
  #stopped = false

  constructor(process: FiberProcess, options: ProbeOptions) {
    this.#process = process
    this.#options = options
  }

  /** Their operations are numbered from `lastOp + 1`. */
  begin(lastOp: number): void {
    this.#lastOp = lastOp
    this.#running = PROBES
    for (let i = 0; i < PROBES; i++) {
      const probe: { task: Task<void> | null; inFlight: boolean } = { task: null, inFlight: false }
      probe.task = this.#process.spawn(`probe-${i + 1}`, this.#run(i, probe))
      this.#probes.push(probe as Probe)
    }
  }

  /** Of the workload's time. */
  healed(atUs: number): void {
    this.#untilUs = atUs + this.#options.livenessUs
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    for (const { task, inFlight } of this.#probes) {
      if (inFlight || task.settled) continue
      task.cancel()
      this.#over()
    }
  }

  *#run(index: number, probe: { inFlight: boolean }): Fiber<void> {
    const { startUs, coordinator, onBegin, onOperation } = this.#options
    const { durationUs, deadlineUs, clients, consistency } = this.#options.workload
    const session = new ClientSession(mayOffer(consistency, 'SESSION'))
    // Behind the end of the workload, never at it: that is what tells probes from measured operations.
    let dueUs = durationUs + 1 + (index * GAP_US) / PROBES
    let nowUs = this.#process.nowUs - startUs
    for (let isRead = false; !this.#stopped && dueUs <= this.#untilUs; isRead = !isRead) {
      while (nowUs < dueUs) {
        yield* sleep(dueUs - nowUs)
        nowUs = this.#process.nowUs - startUs
      }
      const operation = this.#operation(clients + 1 + index, isRead, nowUs)
      onBegin(operation)
      probe.inFlight = true
      const answer = yield* coordinator.send(operation, session, nowUs, Math.min(DEADLINE_US, deadlineUs))
      coordinator.heard(operation, session, answer)
      probe.inFlight = false
      nowUs = this.#process.nowUs - startUs
      operation.endUs = nowUs
      onOperation(operation)
      // A closed loop: while nobody answers there is no use in queueing up.
      dueUs = Math.max(dueUs + GAP_US, nowUs)
    }
    this.#over()
  }

  #over(): void {
    if (--this.#running === 0) this.#options.onDone()
  }

  #operation(session: number, isRead: boolean, intendedUs: number): OpenOperation {
    const key = Math.floor(this.#options.keys.uniform() * this.#options.workload.keys)
    return unsent(++this.#lastOp, isRead, key, 'STRONG', session, intendedUs)
  }
}
