/**
 * The real world's five primitives: the host's monotonic clock, timers, seeded random streams (chance in the
 * algorithms is reproducible even here), a place to emit to, and calls to servers looked up by name.
 */
import type { Outcome, Requests, Server } from '../algorithms/servers.ts'
import type { TraceEvent, TraceFact } from '../algorithms/trace.ts'
import type { Pending, Waiter, World } from '../algorithms/world.ts'
import { RandomStreams } from '../scenarios/random.ts'
import type { Callable } from './callable.ts'
import { RunClock } from './clock.ts'

export interface RealWorldOptions {
  /** `RunClock.hostUs()` of the run's time 0, the same in every process. */
  readonly originUs: number
  readonly seed: number
  /** Every server this process may call, by name. */
  readonly servers: ReadonlyMap<string, Callable>
  readonly onEvent: (event: TraceEvent) => void
}

export class RealWorld implements World {
  readonly streams: RandomStreams
  readonly #clock: RunClock
  readonly #servers: ReadonlyMap<string, Callable>
  readonly #onEvent: (event: TraceEvent) => void

  constructor(options: RealWorldOptions) {
    this.streams = new RandomStreams(options.seed)
    this.#clock = new RunClock(options.originUs)
    this.#servers = options.servers
    this.#onEvent = options.onEvent
  }

  now(): number {
    return this.#clock.now()
  }

  random(stream: string): number {
    return this.streams.stream(stream).uniform()
  }

  emit(process: string, fact: TraceFact): void {
    this.#onEvent({ ...fact, atUs: this.now(), process })
  }

  sleep(_process: string, durationUs: number, waiter: Waiter<undefined>): Pending {
    const dueUs = this.now() + durationUs
    let timer: NodeJS.Timeout
    // Timers count in milliseconds and may fire a fraction of one early: never wake before the time.
    const check = () => {
      const leftUs = dueUs - this.now()
      if (leftUs <= 0) waiter.resume(undefined)
      else timer = setTimeout(check, Math.ceil(leftUs / 1000))
    }
    timer = setTimeout(check, Math.ceil(durationUs / 1000))
    return { abandon: () => clearTimeout(timer) }
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
    let beginning = true
    let abandoned = false
    const pending = callable.call(request, deadlineUs, (outcome) => {
      if (abandoned) return
      // The waiter is not resumed from inside the call that began the wait (world.ts).
      if (beginning) queueMicrotask(() => abandoned || waiter.resume(outcome))
      else waiter.resume(outcome)
    })
    beginning = false
    return {
      abandon() {
        abandoned = true
        pending.abandon()
      },
    }
  }
}
