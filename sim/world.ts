/**
 * The simulated world: the five primitives of `algorithms/world.ts`, answered from the event queue and the network.
 * Calls of dead processes cannot happen (their fibers are gone), answers to dead processes are dropped, and those to
 * paused ones are kept until they are resumed.
 */
import type { MysqlRequests, Outcome, RequestOf, Requests, Server } from '../algorithms/servers.ts'
import type { TraceEvent, TraceFact } from '../algorithms/trace.ts'
import type { Pending, Waiter, World } from '../algorithms/world.ts'
import type { RandomStream } from '../scenarios/chance/random.ts'
import { commandOf } from '../scenarios/faults/commands.ts'
import { DATA_CONNECTIONS } from '../scenarios/limits.ts'
import type { EventHandle } from './kernel/event-queue.ts'
import { EVENT, type Kernel } from './kernel/kernel.ts'
import type { Life } from './kernel/process.ts'
import type { Administrator } from './mysql/administrator.ts'
import type { Network } from './network/network.ts'

type Administer = Extract<RequestOf<MysqlRequests>, { kind: 'administer' }>

/** Simulated time begins with the year 2026; in microseconds since 2020. */
const WALL_ORIGIN_US = (6 * 365 + 2) * 86_400_000_000

export class SimWorld implements World {
  readonly #kernel: Kernel
  readonly #network: Network
  readonly #administrator: Administrator | null
  readonly #streams = new Map<string, RandomStream>()
  readonly #dataConnections: number
  readonly #onFact: (event: TraceEvent) => void

  /**
   * `administrator`: null where there are no MySQL servers. `onFact` gets the trace; times are the simulation's own.
   * `dataConnections`: of one process to one server for its clients' statements.
   */
  constructor(
    network: Network,
    administrator: Administrator | null,
    onFact: (event: TraceEvent) => void,
    dataConnections = DATA_CONNECTIONS,
  ) {
    this.#dataConnections = dataConnections
    this.#kernel = network.kernel
    this.#network = network
    this.#administrator = administrator
    this.#onFact = onFact
  }

  now(): number {
    return this.#kernel.queue.now
  }

  /** A clock that is right. */
  wallClock(): number {
    return WALL_ORIGIN_US + this.#kernel.queue.now
  }

  random(name: string): number {
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = this.#kernel.streams.stream(`fiber:${name}`)
      this.#streams.set(name, stream)
    }
    return stream.uniform()
  }

  emit(process: string, fact: TraceFact): void {
    const { queue, hash } = this.#kernel
    hash.mix(queue.now, EVENT.fact, this.#network.has(process) ? this.#network.process(process).index : 0, 0)
    const event = { ...fact, atUs: queue.now, process }
    this.#onFact(event)
    this.#kernel.watcher?.emitted(event)
  }

  sleep(process: string, durationUs: number, waiter: Waiter<undefined>): Pending {
    const { life } = this.#network.process(process)
    if (life === null) throw new Error(`assertion: ${process} is dead and sleeps`)
    return new Sleep(this.#kernel, life, durationUs, waiter)
  }

  call<R extends Requests>(
    process: string,
    server: Server<R>,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    const { watcher } = this.#kernel
    const command = watcher === null ? null : commandOf(request)
    if (watcher !== null && command !== null) {
      watcher.commanded(command, false)
      const answered = waiter
      waiter = {
        resume(outcome) {
          watcher.commanded(command, true)
          answered.resume(outcome)
        },
      }
    }
    const caller = this.#network.process(process)
    const target = this.#network.process(server.name)
    if (server.kind === 'mysql') {
      const { kind } = request
      if (kind === 'execute' || kind === 'query' || kind === 'highestTimestamp')
        return this.#network.callOver(this.#dataConnections, caller, target, request, deadlineUs, waiter)
      if (kind === 'administer' && this.#administrator !== null)
        return this.#administrator.administer(caller, target, request as Administer, deadlineUs, waiter)
    }
    return this.#network.call(caller, target, request, deadlineUs, waiter)
  }
}

class Sleep implements Pending {
  readonly kernel: Kernel
  readonly life: Life
  waiter: Waiter<undefined> | null
  readonly #handle: EventHandle

  constructor(kernel: Kernel, life: Life, durationUs: number, waiter: Waiter<undefined>) {
    this.kernel = kernel
    this.life = life
    this.waiter = waiter
    this.#handle = kernel.queue.after(durationUs, wake, this)
  }

  abandon(): void {
    this.waiter = null
    this.kernel.queue.cancel(this.#handle)
  }
}

function wake(sleep: Sleep): void {
  const { waiter } = sleep
  if (waiter === null || sleep.life.holdsBack(wake, sleep)) return
  sleep.kernel.hash.mix(sleep.kernel.queue.now, EVENT.sleepOver, sleep.life.process.index, 0)
  sleep.waiter = null
  waiter.resume(undefined)
}
