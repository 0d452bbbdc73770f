/** One running fiber: stepping, waiting, cancellation, and the forks it owns. The rules are in fiber.ts. */
import type { Deferred, Effect, Fiber, Joinable, Waker } from './effects.ts'
import { CLEANUP_DEADLINE_US, type FiberProcess } from './fiber.ts'
import { DeferredWait, Group, JoinWait } from './fiber-waits.ts'
import { unknown } from './reasons/outcomes.ts'
import type { Outcome } from './servers.ts'
import type { Pending } from './world.ts'

/** How a fiber ended. */
export type Ending =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'cancelled' }

/** What a call ends with when nobody wants its answer any more. */
const UNWANTED: Outcome<never> = unknown({ code: 'unwanted' })

const NEXT = 0
const THROW = 1
const RETURN = 2

export class Task<T> implements Joinable<T>, Waker {
  readonly name: string
  readonly process: FiberProcess
  readonly parent: Task<unknown> | null
  readonly #fiber: Fiber<T>
  /** Looked up once: generators of different functions have different shapes, which makes it slow. */
  readonly #next: Fiber<T>['next']
  readonly #onDone: ((value: never) => void) | null
  #pending: Pending | null = null
  /** The call in flight is given up when this is settled. */
  #until: Deferred<unknown> | null = null
  /** True while an in-flight call must be waited for even by a cancellation. */
  #steadfast = false
  #running = false
  /** Numbers the waits: an answer counts only for the wait it was asked in. */
  wait = 0
  before: Waker | null = null
  after: Waker | null = null
  #cancelAsked = false
  #cancelling = false
  #cleanupTimer: Pending | null = null
  #forks: Task<unknown>[] | null = null
  #ending: Ending | null = null
  #settled = false
  /** Called once, when this task and its forks have ended. */
  #observers: ((ending: Ending) => void)[] | null = null

  constructor(
    process: FiberProcess,
    parent: Task<unknown> | null,
    name: string,
    fiber: Fiber<T>,
    onDone: ((value: T) => void) | null = null,
  ) {
    this.process = process
    this.parent = parent
    this.name = name
    this.#fiber = fiber
    this.#next = fiber.next
    this.#onDone = onDone
  }

  get settled(): boolean {
    return this.#settled
  }

  get path(): string {
    return this.parent === null ? `${this.process.name}/${this.name}` : `${this.parent.path}/${this.name}`
  }

  begin(): void {
    if (this.#ending === null) this.#step(NEXT, undefined)
  }

  /** The world's answer (see world.ts `Waiter`). */
  resume(value: unknown): void {
    if (this.#until !== null) this.#forgetUntil()
    if (!this.#settled && this.process.alive) this.process.resume(this, value)
  }

  /** A deferred was settled: its value is the answer, or it ends a call. What was waited for besides is let go. */
  wake(value: unknown): void {
    this.#pending?.abandon()
    this.resume(this.#until === null ? value : UNWANTED)
  }

  #forgetUntil(): void {
    this.#until!.remove(this)
    this.#until = null
  }

  observe(observer: (ending: Ending) => void): void {
    if (this.#settled) observer(this.#ending!)
    else (this.#observers ??= []).push(observer)
  }

  /** Ask for the end of this fiber. Safe at any time, from anywhere in the process. */
  cancel(): void {
    if (this.#settled || this.#cancelAsked) return
    this.#cancelAsked = true
    if (this.#running || this.#steadfast || this.#ending !== null) return
    const pending = this.#pending
    this.#pending = null
    if (this.#until !== null) this.#forgetUntil()
    pending?.abandon()
    // A wait that has to wind down by itself (children with finally blocks) calls back through `continue`.
    if (pending instanceof Group) return
    const wait = this.wait
    this.process.run(() => this.continue(wait, undefined))
  }

  /** Go on after wait number `wait`. An answer to an older wait (it lost against a cancellation) is dropped. */
  continue(wait: number, value: unknown, mode: typeof NEXT | typeof THROW = NEXT): void {
    if (wait !== this.wait || this.#ending !== null) return
    this.wait++
    this.#pending = null
    this.#steadfast = false
    if (this.#cancelAsked && !this.#cancelling && mode === NEXT) this.#unwind()
    else this.#step(mode, value)
  }

  #unwind(): void {
    this.#cancelling = true
    this.#step(RETURN, undefined)
    if (this.#settled || !this.process.alive) return
    this.#cleanupTimer = this.process.world.sleep(this.process.name, CLEANUP_DEADLINE_US, {
      resume: () => {
        if (!this.#settled) this.process.fatal(this, new Error(`cleanup took longer than ${CLEANUP_DEADLINE_US} us`))
      },
    })
  }

  #step(mode: number, value: unknown): void {
    const { process } = this
    const { world } = process
    this.#running = true
    for (;;) {
      let result: IteratorResult<Effect, T>
      try {
        if (mode === NEXT) result = this.#next.call(this.#fiber, value)
        else if (mode === THROW) result = this.#fiber.throw(value)
        else result = this.#fiber.return(undefined as T)
      } catch (error) {
        this.#running = false
        this.#end({ kind: 'failed', error })
        return
      }
      if (result.done === true) {
        this.#running = false
        this.#end(this.#cancelling ? { kind: 'cancelled' } : { kind: 'done', value: result.value })
        return
      }
      if (this.#cancelAsked && !this.#cancelling) {
        this.#cancelling = true
        mode = RETURN
        continue
      }
      const effect = result.value
      mode = NEXT
      switch (effect.kind) {
        case 'now':
          value = world.now()
          continue
        case 'random':
          value = world.random(effect.stream)
          continue
        case 'emit':
          world.emit(process.name, effect.fact)
          value = undefined
          continue
        case 'sleep':
          this.#pending = world.sleep(process.name, effect.us, this)
          break
        case 'call':
          if (effect.until !== null) {
            if (effect.until.settled) {
              value = UNWANTED
              continue
            }
            effect.until.add(this)
            this.#until = effect.until
          }
          this.#steadfast = effect.request.kind === 'administer'
          this.#pending = world.call(process.name, effect.server, effect.request, effect.deadlineUs, this)
          break
        case 'wait':
          if (effect.deferred.settled) {
            value = effect.deferred.value
            continue
          }
          this.#pending = new DeferredWait(this, effect.deferred, effect.deadlineUs)
          break
        case 'all':
        case 'race': {
          const ending = this.#gather(effect.kind, effect.children)
          if (ending === null) break
          if (ending.kind === 'failed') mode = THROW
          value = ending.kind === 'failed' ? ending.error : ending.kind === 'done' ? ending.value : undefined
          continue
        }
        case 'fork':
          value = this.#fork(effect.name, effect.fiber, effect.daemon)
          continue
        case 'join':
          this.#await(effect.task as Task<unknown>, 'join')
          break
        case 'cancel':
          if (effect.task === (this as Task<unknown>)) {
            this.#cancelAsked = true
            value = undefined
            continue
          }
          ;(effect.task as Task<unknown>).cancel()
          this.#await(effect.task as Task<unknown>, 'cancel')
          break
      }
      this.#running = false
      return
    }
  }

  // The rarer effects are apart: a closure inside #step would make every step of every fiber keep its variables for it.

  /** The ending of a group whose children have all settled while they were started; else null. */
  #gather(kind: 'all' | 'race', children: Readonly<Record<string, Fiber<unknown>>>): Ending | null {
    const { process, wait } = this
    const group = new Group(
      (name, fiber) => new Task(process, this, name, fiber),
      kind,
      children,
      (ending) => {
        if (ending.kind === 'failed') process.run(() => this.continue(wait, ending.error, THROW))
        else process.run(() => this.continue(wait, ending.kind === 'done' ? ending.value : undefined))
      },
    )
    const ending = group.begin()
    if (ending === null) this.#pending = group
    return ending
  }

  #fork(name: string, fiber: Fiber<unknown>, daemon: boolean): Task<unknown> {
    const task = new Task(this.process, daemon ? null : this, name, fiber)
    if (!daemon) (this.#forks ??= []).push(task)
    this.process.run(() => task.begin())
    return task
  }

  #await(task: Task<unknown>, kind: 'join' | 'cancel'): void {
    const { process, wait } = this
    const joined = new JoinWait(task, kind, (error, value) =>
      process.run(() => (error === null ? this.continue(wait, value) : this.continue(wait, error.error, THROW))),
    )
    this.#pending = joined
    joined.begin()
  }

  /** The generator has ended; the task has when its forks have, too. */
  #end(ending: Ending): void {
    this.#ending = ending
    const forks = this.#forks?.filter((fork) => !fork.settled)
    if (forks === undefined || forks.length === 0) this.#settle(ending)
    else this.#endAfter(forks)
  }

  #endAfter(forks: readonly Task<unknown>[]): void {
    let left = forks.length
    for (const fork of forks) {
      fork.observe((forkEnding) => {
        if (forkEnding.kind === 'failed' && this.#ending?.kind !== 'failed') this.#ending = forkEnding
        if (--left === 0) this.#settle(this.#ending!)
      })
      fork.cancel()
    }
  }

  #settle(ending: Ending): void {
    this.#settled = true
    this.#cleanupTimer?.abandon()
    const observers = this.#observers
    this.#observers = null
    if (ending.kind === 'done' && this.#onDone !== null) this.#onDone(ending.value as never)
    if (observers === null) {
      if (ending.kind === 'failed') this.process.fatal(this, ending.error)
      return
    }
    for (const observer of observers) observer(ending)
  }
}
