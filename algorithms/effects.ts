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

/** The next integer microsecond reading of the world's clock. Answered at once. */
export function* now(): Fiber<number> {
  return yield NOW
}
const NOW: Effect = { kind: 'now' }

/** Next draw of a named random stream, in [0, 1). Answered at once. */
export function* random(stream: string): Fiber<number> {
  return yield { kind: 'random', stream }
}

/** Put a decision into the run's trace. Answered at once. */
export function* emit(fact: TraceFact): Fiber<void> {
  yield { kind: 'emit', fact }
}

export function* sleep(us: number): Fiber<void> {
  yield { kind: 'sleep', us }
}

/**
 * Ask a server. Never throws for the world: the outcome says whether it was answered (`ok`), certainly not done
 * (`failed`), or neither by `deadlineUs` from now (`unknown`). `until`: nobody wants the answer any more once this is
 * settled; the call is abandoned and its outcome is `unknown` at once.
 */
export function* call<R extends Requests, K extends keyof R & string>(
  server: Server<R>,
  request: { readonly kind: K } & R[K]['request'],
  deadlineUs: number,
  until: Deferred<unknown> | null = null,
): Fiber<Outcome<ReplyOf<R, K>>> {
  return yield { kind: 'call', server: server as Server<Requests>, request, deadlineUs, until }
}

/** Wait until somebody settles `deferred`; `undefined` when `deadlineUs` passes first. */
export function wait<T>(deferred: Deferred<T>): Fiber<T>
export function wait<T>(deferred: Deferred<T>, deadlineUs: number): Fiber<T | undefined>
export function* wait<T>(deferred: Deferred<T>, deadlineUs?: number): Fiber<T | undefined> {
  return yield { kind: 'wait', deferred: deferred as Deferred<unknown>, deadlineUs }
}

type Results<C> = { [K in keyof C]: C[K] extends Fiber<infer T> ? T : never }
type Winner<C> = { [K in keyof C]: { readonly winner: K; readonly value: Results<C>[K] } }[keyof C]

/** Run all children at once; their results by key. A child that throws cancels its siblings, then this throws. */
export function* all<C extends Record<string, Fiber<unknown>>>(children: C): Fiber<Results<C>> {
  return yield { kind: 'all', children }
}

/** Run all children; the first that settles wins, and the others' `finally` blocks have run before this returns. */
export function* race<C extends Record<string, Fiber<unknown>>>(children: C): Fiber<Winner<C>> {
  return yield { kind: 'race', children }
}

/** Start a fiber that runs beside this one. It is cancelled when this one ends, unless it is a `daemon` (owned by the process). */
export function* fork<T>(name: string, fiber: Fiber<T>, options?: { readonly daemon?: boolean }): Fiber<Joinable<T>> {
  return yield { kind: 'fork', name, fiber, daemon: options?.daemon ?? false }
}

/** Wait for a fork. Throws what it threw; throws when it was cancelled. */
export function* join<T>(task: Joinable<T>): Fiber<T> {
  return yield { kind: 'join', task }
}

/** Cancel a fork and wait until its `finally` blocks have run. */
export function* cancel(task: Joinable<unknown>): Fiber<void> {
  yield { kind: 'cancel', task }
}

/** A value that arrives later: settled once, by anybody in the same process, waited for by any number of fibers. */
export class Deferred<T> {
  settled = false
  value: T | undefined = undefined
  /** The runtime's: who is to be woken. */
  readonly wakers: { wake(value: unknown): void }[] = []

  /** The first settle counts; later ones do nothing. */
  settle(value: T): void {
    if (this.settled) return
    this.settled = true
    this.value = value
    for (const waker of this.wakers.splice(0)) waker.wake(value)
  }
}

export function deferred<T>(): Deferred<T> {
  return new Deferred<T>()
}
