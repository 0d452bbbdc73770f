/**
 * What the seam costs: a `call` made by a fiber against the same call made by a callback, and a `race` of a call and
 * a timeout. The world is the least one there can be: it answers a microsecond later, from the event queue.
 */
import assert from 'node:assert/strict'
import { call, type Fiber, FiberProcess, race, sleep } from '../../algorithms/fiber.ts'
import type { Outcome, Server, TimestampRequests } from '../../algorithms/servers.ts'
import type { Pending, Waiter, World } from '../../algorithms/world.ts'
import { EventQueue } from '../../sim/kernel/event-queue.ts'
import { measure, printTable } from './measure.ts'

const CALLS = 200_000
const DEADLINE_US = 1_000_000
const SERVER: Server<TimestampRequests> = { name: 'timestamp-1', kind: 'timestamp' }
const REQUEST = { kind: 'next' } as const
const REPLY: Outcome<unknown> = { kind: 'ok', reply: null }

export function fiber(): void {
  const measured = measure([
    { name: 'callback', work: byCallback },
    { name: 'yield* call(...)', work: () => byFiber(calls) },
    { name: 'three functions deep', work: () => byFiber(() => deepCalls(3)) },
    { name: 'yield* race({ call, sleep })', work: () => byFiber(races) },
  ])
  printTable('fiber: a request and its answer', 'calls', measured)
}

class EchoWorld implements World {
  readonly queue = new EventQueue()

  now(): number {
    return this.queue.now
  }
  wallClock(): number {
    return this.queue.now
  }
  random(): number {
    return 0
  }
  emit(): void {}
  sleep(_process: string, durationUs: number, waiter: Waiter<undefined>): Pending {
    return new Timer(this.queue, durationUs, waiter, undefined)
  }
  call(
    _process: string,
    _server: unknown,
    _request: unknown,
    _deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    return new Timer(this.queue, 1, waiter, REPLY)
  }
}

class Timer<T> implements Pending {
  readonly #queue: EventQueue
  readonly #handle: number

  constructor(queue: EventQueue, delayUs: number, waiter: Waiter<T>, value: T) {
    this.#queue = queue
    this.#handle = queue.after(delayUs, () => waiter.resume(value), null)
  }
  abandon(): void {
    this.#queue.cancel(this.#handle)
  }
}

function byCallback(): number {
  const world = new EchoWorld()
  let answered = 0
  const waiter = {
    resume: () => {
      if (++answered < CALLS) world.call('', SERVER, REQUEST, DEADLINE_US, waiter)
    },
  }
  world.call('', SERVER, REQUEST, DEADLINE_US, waiter)
  world.queue.run(Infinity)
  assert.equal(answered, CALLS)
  return CALLS
}

function byFiber(procedure: () => Fiber<number>): number {
  const world = new EchoWorld()
  const process = new FiberProcess('bench', world, (error) => {
    throw error
  })
  let done = 0
  process.spawn(
    'calls',
    (function* () {
      done = yield* procedure()
    })(),
  )
  world.queue.run(Infinity)
  assert.equal(done, CALLS)
  return done
}

function* calls(): Fiber<number> {
  let answered = 0
  while (answered < CALLS) if ((yield* call(SERVER, REQUEST, DEADLINE_US)).kind === 'ok') answered++
  return answered
}

function* deepCalls(depth: number): Fiber<number> {
  return depth === 0 ? yield* calls() : yield* deepCalls(depth - 1)
}

function* races(): Fiber<number> {
  let answered = 0
  while (answered < CALLS) {
    const { winner } = yield* race({ reply: call(SERVER, REQUEST, DEADLINE_US), timeout: sleep(DEADLINE_US) })
    if (winner === 'reply') answered++
  }
  return answered
}
