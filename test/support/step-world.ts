/**
 * The dumbest world that can run fibers: a sorted list of what is due, stepped until nothing is. The third arm of the
 * conformance body, and the place to look at the effects of one fiber.
 */

import { type Fiber, FiberProcess } from '../../algorithms/fiber.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome, Requests, Server } from '../../algorithms/servers.ts'
import type { TraceFact } from '../../algorithms/trace.ts'
import type { Pending, Waiter, World } from '../../algorithms/world.ts'

interface Due {
  readonly atUs: number
  readonly action: () => void
}

export type Handler = (request: {
  readonly kind: string
}) => { readonly outcome: Outcome<unknown>; readonly afterUs: number } | null

export class StepWorld implements World {
  readonly facts: TraceFact[] = []
  readonly calls: { readonly server: string; readonly request: { readonly kind: string } }[] = []
  #nowUs = 0
  #due: Due[] = []
  #draws = new Map<string, number>()
  readonly #handlers: Readonly<Record<string, Handler>>

  /** `handlers` by server name: the outcome and when it comes, or null for silence. No handler: connection refused. */
  constructor(handlers: Readonly<Record<string, Handler>>) {
    this.#handlers = handlers
  }

  now(): number {
    return this.#nowUs
  }

  wallClock(): number {
    return this.#nowUs
  }

  random(stream: string): number {
    const n =
      (this.#draws.get(stream) ??
        [...stream].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, 7) % 7919) + 1
    this.#draws.set(stream, n)
    return ((n * 2654435761) % 4294967296) / 4294967296
  }

  emit(_process: string, fact: TraceFact): void {
    this.facts.push(fact)
  }

  sleep(_process: string, durationUs: number, waiter: Waiter<undefined>): Pending {
    return this.#after(durationUs, () => waiter.resume(undefined))
  }

  call<R extends Requests>(
    _process: string,
    server: Server<R>,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    this.calls.push({ server: server.name, request })
    const handler = this.#handlers[server.name]
    if (handler === undefined) return this.#after(1, () => waiter.resume(failed({ code: 'connection-refused' })))
    const answer = handler(request)
    if (answer === null || answer.afterUs > deadlineUs)
      return this.#after(deadlineUs, () => waiter.resume(unknown({ code: 'deadline' })))
    return this.#after(answer.afterUs, () => waiter.resume(answer.outcome))
  }

  /** Step until nothing is due; throws what ended the run. */
  run<T>(fiber: Fiber<T>): T {
    const ended: { error: Error | null } = { error: null }
    const process = new FiberProcess('test', this, (error) => {
      ended.error = error
    })
    let result: { value: T } | null = null
    process.spawn(
      'main',
      (function* (): Fiber<void> {
        result = { value: yield* fiber }
      })(),
    )
    while (ended.error === null && result === null && this.#due.length > 0) {
      const next = this.#due.shift()!
      this.#nowUs = next.atUs
      next.action()
    }
    if (ended.error !== null) throw ended.error
    if (result === null) throw new Error('the fiber waits for something that never comes')
    return (result as { value: T }).value
  }

  #after(us: number, action: () => void): Pending {
    const due: Due = { atUs: this.#nowUs + us, action }
    let at = this.#due.length
    while (at > 0 && this.#due[at - 1]!.atUs > due.atUs) at--
    this.#due.splice(at, 0, due)
    return {
      abandon: () => {
        this.#due = this.#due.filter((other) => other !== due)
      },
    }
  }
}
