/**
 * What a procedure may yield, and the typed helpers that yield it. Procedures never yield bare: `yield* sleep(5_000)`
 * gives a typed result where `yield` would give `any`.
 */
import type { Outcome, ReplyOf, Requests, Server } from './servers.ts'
import type { TraceFact } from './trace.ts'

/** A procedure: a generator that yields effects as data and returns `T`. The one permitted `any` of the project. */
// biome-ignore lint/suspicious/noExplicitAny: what a yield evaluates to depends on the effect; the helpers below type it.
export type Fiber<T> = Generator<Effect, T, any>

export type Effect =
  | { readonly kind: 'now' }
  | { readonly kind: 'random'; readonly stream: string }
  | { readonly kind: 'emit'; readonly fact: TraceFact }
  | { readonly kind: 'sleep'; readonly us: number }
  | {
      readonly kind: 'call'
      readonly server: Server<Requests>
      readonly request: { readonly kind: string }
      readonly deadlineUs: number
      readonly until: Deferred<unknown> | null
    }
  | { readonly kind: 'wait'; readonly deferred: Deferred<unknown>; readonly deadlineUs: number | undefined }
  | { readonly kind: 'all' | 'race'; readonly children: Readonly<Record<string, Fiber<unknown>>> }
  | { readonly kind: 'fork'; readonly name: string; readonly fiber: Fiber<unknown>; readonly daemon: boolean }
  | { readonly kind: 'join' | 'cancel'; readonly task: Joinable<unknown> }

/** A running fiber, as seen from outside: a name and a type. */
export interface Joinable<T> {
  readonly name: string
  readonly settled: boolean
  /** Phantom: what `join` returns. */
  readonly result?: T
}

/**
 * A fiber of one single effect: it yields the effect, and returns what it is answered. Most of what procedures yield
 * comes from the helpers below, so they are not generators: one object is the fiber, its effect's envelope and each
 * of its two iterator results, a third of a generator's cost.
 */
class Ask {
  done = false
  /** The effect at first; then the answer. */
  value: unknown
  #asked = false

  constructor(effect: Effect) {
    this.value = effect
  }

  [Symbol.iterator](): this {
    return this
  }

  next(answer: unknown): this {
    if (this.#asked) {
      this.done = true
      this.value = answer
    } else this.#asked = true
    return this
  }

  return(value: unknown): this {
    this.#asked = true
    return this.next(value)
  }

  throw(error: unknown): never {
    throw error
  }
}

function ask<T>(effect: Effect): Fiber<T> {
  return new Ask(effect) as unknown as Fiber<T>
}

/** The next integer microsecond reading of the world's clock. Answered at once. See also `FiberProcess.nowUs`. */
export function now(): Fiber<number> {
  return ask({ kind: 'now' })
}

/** Next draw of a named random stream, in [0, 1). Answered at once. */
export function random(stream: string): Fiber<number> {
  return ask({ kind: 'random', stream })
}

/** Put a decision into the run's trace. Answered at once. */
export function emit(fact: TraceFact): Fiber<void> {
  return ask({ kind: 'emit', fact })
}

export function sleep(us: number): Fiber<void> {
  return ask({ kind: 'sleep', us })
}

/**
 * Ask a server. Never throws for the world: the outcome says whether it was answered (`ok`), certainly not done
 * (`failed`), or neither by `deadlineUs` from now (`unknown`). `until`: nobody wants the answer any more once this is
 * settled; the call is abandoned and its outcome is `unknown` at once.
 */
export function call<R extends Requests, K extends keyof R & string>(
  server: Server<R>,
  request: { readonly kind: K } & R[K]['request'],
  deadlineUs: number,
  until: Deferred<unknown> | null = null,
): Fiber<Outcome<ReplyOf<R, K>>> {
  return ask({ kind: 'call', server: server as Server<Requests>, request, deadlineUs, until })
}

/** Wait until somebody settles `deferred`; `undefined` when `deadlineUs` passes first. */
export function wait<T>(deferred: Deferred<T>): Fiber<T>
export function wait<T>(deferred: Deferred<T>, deadlineUs: number): Fiber<T | undefined>
export function wait<T>(deferred: Deferred<T>, deadlineUs?: number): Fiber<T | undefined> {
  return ask({ kind: 'wait', deferred: deferred as Deferred<unknown>, deadlineUs })
}

type Results<C> = { [K in keyof C]: C[K] extends Fiber<infer T> ? T : never }
type Winner<C> = { [K in keyof C]: { readonly winner: K; readonly value: Results<C>[K] } }[keyof C]

/** Run all children at once; their results by key. A child that throws cancels its siblings, then this throws. */
export function all<C extends Record<string, Fiber<unknown>>>(children: C): Fiber<Results<C>> {
  return ask({ kind: 'all', children })
}

/** Run all children; the first that settles wins, and the others' `finally` blocks have run before this returns. */
export function race<C extends Record<string, Fiber<unknown>>>(children: C): Fiber<Winner<C>> {
  return ask({ kind: 'race', children })
}

/** Start a fiber that runs beside this one. It is cancelled when this one ends, unless it is a `daemon` (owned by the process). */
export function fork<T>(name: string, fiber: Fiber<T>, options?: { readonly daemon?: boolean }): Fiber<Joinable<T>> {
  return ask({ kind: 'fork', name, fiber, daemon: options?.daemon ?? false })
}

/** Wait for a fork. Throws what it threw; throws when it was cancelled. */
export function join<T>(task: Joinable<T>): Fiber<T> {
  return ask({ kind: 'join', task })
}

/** Cancel a fork and wait until its `finally` blocks have run. */
export function cancel(task: Joinable<unknown>): Fiber<void> {
  return ask({ kind: 'cancel', task })
}

/** Who waits for a deferred: for one at a time, and so a link of its list. */
export interface Waker {
  before: Waker | null
  after: Waker | null
  wake(value: unknown): void
}

/** A value that arrives later: settled once, by anybody in the same process, waited for by any number of fibers. */
export class Deferred<T> {
  settled = false
  value: T | undefined = undefined
  /** Who is to be woken, in the order they came. */
  #first: Waker | null = null
  #last: Waker | null = null

  /** The first settle counts; later ones do nothing. */
  settle(value: T): void {
    if (this.settled) return
    this.settled = true
    this.value = value
    for (let waker = this.#first; waker !== null; waker = this.#first) {
      this.remove(waker)
      waker.wake(value)
    }
  }

  /** The runtime's. */
  add(waker: Waker): void {
    waker.before = this.#last
    if (this.#last === null) this.#first = waker
    else this.#last.after = waker
    this.#last = waker
  }

  /** The runtime's. One that was woken is not in the list any more. */
  remove(waker: Waker): void {
    const { before, after } = waker
    if (before === null && this.#first !== waker) return
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    waker.before = waker.after = null
  }
}

export function deferred<T>(): Deferred<T> {
  return new Deferred<T>()
}
