/**
 * Who can reach whom, and how fast. Processes are made here; links come into being when first used.
 *
 * What a caller sees of trouble: a dead process refuses after a round trip (`failed`, nothing happened); one that dies
 * with the request in flight loses the connection (`unknown`); one that is paused or cut off says nothing, and the
 * caller's own deadline decides.
 */
import type { Outcome } from '../../algorithms/servers.ts'
import type { Waiter } from '../../algorithms/world.ts'
import { delayTable, type Sampler } from '../../scenarios/chance/sampling.ts'
import { delayBetween } from '../../scenarios/link-delays.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { Call } from '../kernel/call.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type ProcessOptions, SimProcess } from '../kernel/process.ts'
import { DataPool } from '../mysql/data-pool.ts'
import { Link, MESSAGE_BYTES } from './link.ts'

const LOCAL: Sampler = delayTable({ kind: 'constant', us: 0 })

export class Network {
  readonly kernel: Kernel
  readonly processes: SimProcess[] = []
  readonly #byName = new Map<string, SimProcess>()
  readonly #links: (Link | undefined)[][] = []
  readonly #delays: Scenario['network']

  constructor(kernel: Kernel, delays: Scenario['network']) {
    this.kernel = kernel
    this.#delays = delays
  }

  add(name: string, options?: ProcessOptions): SimProcess {
    const added = new SimProcess(name, this.processes.length, options)
    this.processes.push(added)
    this.#byName.set(name, added)
    this.#links.push([])
    return added
  }

  process(name: string): SimProcess {
    const found = this.#byName.get(name)
    if (found === undefined) throw new Error(`assertion: there is no process ${name}`)
    return found
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  link(from: SimProcess, to: SimProcess): Link {
    const row = this.#links[from.index]!
    return (row[to.index] ??= new Link(this.kernel, from, to, this.#delayOf(from, to)))
  }

  /** `connection`: what it goes over, where two processes have more than one; null: the one that they always have. */
  send<A>(
    from: SimProcess,
    to: SimProcess,
    action: (argument: A) => void,
    argument: A,
    connection: object | null = null,
    bytes = MESSAGE_BYTES,
  ): void {
    this.link(from, to).send(action, argument, connection, bytes)
  }

  /** That a connection has ended. */
  sendEnd<A>(
    from: SimProcess,
    to: SimProcess,
    action: (argument: A) => void,
    argument: A,
    connection: object | null = null,
  ): void {
    this.link(from, to).sendEnd(action, argument, connection)
  }

  /** A request from a living process. The waiter is resumed once, by an event, unless the call is abandoned first. */
  call(
    caller: SimProcess,
    server: SimProcess,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Call {
    const call = new Call(this, caller, server, request, waiter)
    this.kernel.deadlines.add(call, deadlineUs)
    call.send()
    return call
  }

  /** A client's statement, which waits until one of the caller's `size` connections to the server is free. */
  callOver(
    size: number,
    caller: SimProcess,
    server: SimProcess,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Call {
    const call = new Call(this, caller, server, request, waiter)
    this.kernel.deadlines.add(call, deadlineUs)
    const { pools } = caller.life!
    const pool = (pools[server.index] ??= new DataPool(size))
    pool.send(call)
    return call
  }

  #delayOf(from: SimProcess, to: SimProcess): Sampler {
    return from.local || to.local ? LOCAL : delayTable(delayBetween(this.#delays, from.name, to.name))
  }
}
