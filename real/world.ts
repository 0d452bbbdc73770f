/**
 * The real world's five primitives: the host's monotonic clock, timers, seeded random streams (chance in the
 * algorithms is reproducible even here), a place to emit to, and calls to servers looked up by name.
 */
import type { Outcome, Requests, Server } from '../algorithms/servers.ts'
import type { TraceEvent, TraceFact } from '../algorithms/trace.ts'
import type { Pending, Waiter, World } from '../algorithms/world.ts'
import { RandomStreams } from '../scenarios/chance/random.ts'
import { type Command, type CommandListener, commandOf } from '../scenarios/faults/commands.ts'
import { RunClock } from './processes/run-clock.ts'
import type { Callable } from './transport/callable.ts'

interface RealWorldOptions {
  /** `RunClock.hostUs()` of the run's time 0, the same in every process. */
  readonly originUs: number
  readonly seed: number
  /** Every server this process may call, by name. */
  readonly servers: ReadonlyMap<string, Callable>
  readonly onEvent: (event: TraceEvent) => void
  readonly onCommand?: CommandListener
}

const WALL_ORIGIN_MS = Date.UTC(2020, 0, 1)

export class RealWorld implements World {
  readonly streams: RandomStreams
  readonly #clock: RunClock
  readonly #servers: ReadonlyMap<string, Callable>
  readonly #onEvent: (event: TraceEvent) => void
  readonly #onCommand: CommandListener | undefined

  constructor(options: RealWorldOptions) {
    this.streams = new RandomStreams(options.seed)
    this.#clock = new RunClock(options.originUs)
    this.#servers = options.servers
    this.#onEvent = options.onEvent
    this.#onCommand = options.onCommand
  }

  now(): number {
    return this.#clock.now()
  }

  wallClock(): number {
    return (Date.now() - WALL_ORIGIN_MS) * 1000
  }

  random(stream: string): number {
    return this.streams.stream(stream).uniform()
  }

  emit(process: string, fact: TraceFact): void {
    this.#onEvent({ ...fact, atUs: this.now(), process })
  }

  sleep(_process: string, durationUs: number, waiter: Waiter<undefined>): Pending {
    return new Sleep(this.#clock, this.now() + durationUs, waiter)
  }

  call<R extends Requests>(
    process: string,
    server: Server<R>,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    const callable = this.#servers.get(server.name)
    if (callable === undefined) throw new Error(`assertion: ${process} calls ${server.name}, which it cannot reach`)
    const command = this.#onCommand === undefined ? null : commandOf(request)
    if (command !== null) this.#onCommand!(command, false)
    const call = new Call(command === null ? waiter : this.#told(command, waiter))
    call.begin(callable, request, deadlineUs)
    return call
  }

  #told(command: Command, waiter: Waiter<Outcome<unknown>>): Waiter<Outcome<unknown>> {
    return {
      resume: (outcome) => {
        this.#onCommand!(command, true)
        waiter.resume(outcome)
      },
    }
  }
}

/** Timers count in milliseconds and may fire a fraction of one early: never wake before the time. */
class Sleep implements Pending {
  readonly #clock: RunClock
  readonly #dueUs: number
  readonly #waiter: Waiter<undefined>
  #timer: NodeJS.Timeout

  constructor(clock: RunClock, dueUs: number, waiter: Waiter<undefined>) {
    this.#clock = clock
    this.#dueUs = dueUs
    this.#waiter = waiter
    this.#timer = this.#wait()
  }

  abandon(): void {
    clearTimeout(this.#timer)
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(check, Math.ceil((this.#dueUs - this.#clock.now()) / 1000), this)
  }

  /** The timer's. */
  check(): void {
    if (this.#clock.now() < this.#dueUs) this.#timer = this.#wait()
    else this.#waiter.resume(undefined)
  }
}

function check(sleep: Sleep): void {
  sleep.check()
}

/** One call on its way, as few objects as it takes: there are several for every operation. */
class Call implements Pending {
  readonly #waiter: Waiter<Outcome<unknown>>
  #beginning = true
  #abandoned = false
  #pending: Pending | null = null

  constructor(waiter: Waiter<Outcome<unknown>>) {
    this.#waiter = waiter
  }

  begin(callable: Callable, request: { readonly kind: string }, deadlineUs: number): void {
    this.#pending = callable.call(request, deadlineUs, (outcome) => {
      // The waiter is not resumed from inside the call that began the wait (world.ts).
      if (this.#beginning) queueMicrotask(() => this.#resume(outcome))
      else this.#resume(outcome)
    })
    this.#beginning = false
  }

  abandon(): void {
    this.#abandoned = true
    this.#pending?.abandon()
  }

  #resume(outcome: Outcome<unknown>): void {
    if (!this.#abandoned) this.#waiter.resume(outcome)
  }
}
