/**
 * The clocks of one simulated machine. Its wall clock may be wrong by an offset; its oscillator may run fast or slow,
 * which the monotonic clock, timers and the wall clock all follow. `correct()` is what a time service does: the wall
 * clock is right again and the rate too, and the monotonic clock never jumps.
 */
import type { Outcome, Requests, Server } from '../../algorithms/servers.ts'
import type { TraceFact } from '../../algorithms/trace.ts'
import type { Pending, Waiter, World } from '../../algorithms/world.ts'
import type { EventQueue } from './event-queue.ts'

const MILLION = 1_000_000

export class MachineClock {
  readonly #queue: EventQueue
  /** True time and the monotonic clock's reading when the rate was last changed. */
  #sinceUs = 0
  #readingUs = 0
  #driftPpm = 0
  /** The wall clock minus the monotonic one. */
  #offsetUs = 0

  constructor(queue: EventQueue) {
    this.#queue = queue
  }

  /** From now on the wall clock is wrong by `byUs`, and gains `driftPpm` microseconds a second on top. */
  skew(byUs: number, driftPpm: number): void {
    const trueUs = this.#queue.now
    this.#readingUs = this.monotonicUs()
    this.#sinceUs = trueUs
    this.#driftPpm = driftPpm
    this.#offsetUs = trueUs + byUs - this.#readingUs
  }

  correct(): void {
    this.skew(0, 0)
  }

  get driftPpm(): number {
    return this.#driftPpm
  }

  monotonicUs(): number {
    const trueUs = this.#queue.now - this.#sinceUs
    return this.#readingUs + trueUs + Math.floor((trueUs * this.#driftPpm) / MILLION)
  }

  /** The wall clock minus the true time. */
  errorUs(): number {
    return this.monotonicUs() + this.#offsetUs - this.#queue.now
  }

  /** How long a timer of this machine really takes. */
  trueUs(timerUs: number): number {
    return this.#driftPpm === 0 ? timerUs : Math.ceil((timerUs * MILLION) / (MILLION + this.#driftPpm))
  }
}

/** The world as a process on such a machine sees it. Deadlines of calls, which nothing is proved from, stay true. */
export class MachineWorld implements World {
  readonly #world: World
  readonly #clock: MachineClock

  constructor(world: World, clock: MachineClock) {
    this.#world = world
    this.#clock = clock
  }

  now(): number {
    return this.#clock.monotonicUs()
  }

  wallClock(): number {
    return this.#world.wallClock() + this.#clock.errorUs()
  }

  random(stream: string): number {
    return this.#world.random(stream)
  }

  emit(process: string, fact: TraceFact): void {
    this.#world.emit(process, fact)
  }

  sleep(process: string, durationUs: number, waiter: Waiter<undefined>): Pending {
    return this.#world.sleep(process, this.#clock.trueUs(durationUs), waiter)
  }

  call<R extends Requests>(
    process: string,
    server: Server<R>,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    return this.#world.call(process, server, request, deadlineUs, waiter)
  }
}
