/**
 * The seam: one small runtime that steps generator fibers, in both worlds.
 *
 * A fiber yields effects as data (`effects.ts`). The runtime answers `now`, `random` and `emit` at once, hands `sleep`
 * and `call` to the world (`world.ts`), and does everything else (`all`, `race`, `fork`, `join`, `wait`, cancellation,
 * failure) by itself, so that both worlds have the same semantics to the last tie-break:
 *
 * - Resumption is a trampoline: a wake-up is queued and steps run one after another, never inside one another.
 * - Children start in written order. The first to settle wins a race; a child that settles while it is started wins at
 *   once, and the ones after it are never begun.
 * - Cancelling runs `finally` blocks, which may yield, within CLEANUP_DEADLINE_US. An in-flight call is abandoned,
 *   except an administrative one, which is waited for. A fiber that cancels itself is cancelled when it next yields.
 * - A fiber has ended when its generator has, and the forks it owns have.
 * - An exception nobody joins for ends the run: it is a bug, never the world's doing.
 */
import type { Deferred, Effect, Fiber, Joinable } from './effects.ts'
import type { Pending, World } from './world.ts'

export type { Deferred, Effect, Fiber, Joinable } from './effects.ts'
export { all, call, cancel, deferred, emit, fork, join, now, race, random, sleep, wait } from './effects.ts'

/** `finally` blocks that yield longer than this are a bug. */
export const CLEANUP_DEADLINE_US = 30_000_000

/** One process: a name, a world, and the fibers that die with it. */
export class FiberProcess {
  readonly name: string
  readonly world: World
  alive = true
  readonly #onFatal: (error: Error) => void
  readonly #ready: (() => void)[] = []
  #draining = false

  /** `onFatal` gets the exceptions no fiber observes; a world ends its run there. */
  constructor(name: string, world: World, onFatal: (error: Error) => void) {
    this.name = name
    this.world = world
    this.#onFatal = onFatal
  }

  /** Start a fiber owned by the process. */
  spawn<T>(name: string, fiber: Fiber<T>): Task<T> {
    const task = new Task<T>(this, null, name, fiber)
    this.run(() => task.begin())
    return task
  }

  /**
   * Run a plain function (a message handler) inside the trampoline: fibers it wakes are stepped after it returns,
   * so they never see its work half done.
   */
  run(action: () => void): void {
    if (!this.alive) return
    this.#ready.push(action)
    if (!this.#draining) this.#drain()
  }

  /** Nothing is being stepped: the next answer may be given without queueing it. */
  get idle(): boolean {
    return !this.#draining
  }

  /** The runtime's short cut for the common case, one answer to one waiting fiber. */
  step(task: Task<unknown>, value: unknown): void {
    this.#draining = true
    try {
      task.answer(value)
    } finally {
      this.#draining = false
    }
    if (this.#ready.length > 0) this.#drain()
  }

  #drain(): void {
    this.#draining = true
    try {
      for (let next = this.#ready.shift(); next !== undefined && this.alive; next = this.#ready.shift()) next()
    } finally {
      this.#draining = false
    }
  }

  /** The process is killed: its fibers are dropped where they stand, `finally` blocks included. */
  crash(): void {
    this.alive = false
    this.#ready.length = 0
  }

  fatal(task: Task<unknown>, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    this.alive = false
    this.#onFatal(new Error(`fiber ${task.path} failed: ${text}`, { cause: error }))
  }
}

type Ending =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'cancelled' }

const NEXT = 0
const THROW = 1
const RETURN = 2

export class Task<T> implements Joinable<T> {
  readonly name: string
  readonly process: FiberProcess
  readonly parent: Task<unknown> | null
  readonly #fiber: Fiber<T>
  #pending: Pending | null = null
  /** True while an in-flight call must be waited for even by a cancellation. */
  #steadfast = false
  #running = false
  /** Numbers the waits: an answer counts only for the wait it was asked in. */
  #wait = 0
  #cancelAsked = false
  #cancelling = false
  #cleanupTimer: Pending | null = null
  #forks: Task<unknown>[] | null = null
  #ending: Ending | null = null
  #settled = false
  /** Called once, when this task and its forks have ended. */
  #observers: ((ending: Ending) => void)[] | null = null

  constructor(process: FiberProcess, parent: Task<unknown> | null, name: string, fiber: Fiber<T>) {
    this.process = process
    this.parent = parent
    this.name = name
    this.#fiber = fiber
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
    if (this.#settled || !this.process.alive) return
    if (this.process.idle) {
      this.process.step(this, value)
      return
    }
    const wait = this.#wait
    this.process.run(() => this.#continue(wait, value))
  }

  /** The runtime's: the answer to the wait that is on now, from inside the trampoline. */
  answer(value: unknown): void {
    this.#continue(this.#wait, value)
  }

  /** A deferred's answer: the timer that guarded the wait is let go. */
  wake(value: unknown): void {
    this.#pending?.abandon()
    this.resume(value)
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
    pending?.abandon()
    // A wait that has to wind down by itself (children with finally blocks) calls back through #continue.
    if (pending instanceof Group) return
    const wait = this.#wait
    this.process.run(() => this.#continue(wait, undefined))
  }

  /** Go on after wait number `wait`. An answer to an older wait (it lost against a cancellation) is dropped. */
  #continue(wait: number, value: unknown, mode: typeof NEXT | typeof THROW = NEXT): void {
    if (wait !== this.#wait || this.#ending !== null) return
    this.#wait++
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
    const wait = this.#wait
    this.#running = true
    for (;;) {
      let result: IteratorResult<Effect, T>
      try {
        if (mode === NEXT) result = this.#fiber.next(value)
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
          const group = new Group(this, effect.kind, effect.children, (ending) => {
            if (ending.kind === 'failed') this.process.run(() => this.#continue(wait, ending.error, THROW))
            else this.process.run(() => this.#continue(wait, ending.kind === 'done' ? ending.value : undefined))
          })
          const immediate = group.begin()
          if (immediate === null) {
            this.#pending = group
            break
          }
          if (immediate.kind === 'failed') mode = THROW
          value =
            immediate.kind === 'failed' ? immediate.error : immediate.kind === 'done' ? immediate.value : undefined
          continue
        }
        case 'fork': {
          const task = new Task(process, effect.daemon ? null : this, effect.name, effect.fiber)
          if (!effect.daemon) (this.#forks ??= []).push(task)
          process.run(() => task.begin())
          value = task
          continue
        }
        case 'join':
        case 'cancel': {
          const task = effect.task as Task<unknown>
          if (effect.kind === 'cancel') {
            if (task === (this as Task<unknown>)) {
              this.#cancelAsked = true
              value = undefined
              continue
            }
            task.cancel()
          }
          const joined = new JoinWait(task, effect.kind, (error, joinedValue) =>
            this.process.run(() =>
              error === null ? this.#continue(wait, joinedValue) : this.#continue(wait, error.error, THROW),
            ),
          )
          this.#pending = joined
          joined.begin()
          break
        }
      }
      this.#running = false
      return
    }
  }

  /** The generator has ended; the task has when its forks have, too. */
  #end(ending: Ending): void {
    this.#ending = ending
    const forks = this.#forks?.filter((fork) => !fork.settled) ?? []
    if (forks.length === 0) {
      this.#settle(ending)
      return
    }
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
    if (observers === null) {
      if (ending.kind === 'failed') this.process.fatal(this, ending.error)
      return
    }
    for (const observer of observers) observer(ending)
  }
}

/** A wait for a deferred, with or without a deadline. */
class DeferredWait implements Pending {
  readonly #task: Task<unknown>
  readonly #deferred: Deferred<unknown>
  readonly #timer: Pending | null

  constructor(task: Task<unknown>, deferred: Deferred<unknown>, deadlineUs: number | undefined) {
    this.#task = task
    this.#deferred = deferred
    deferred.wakers.push(task)
    const late = {
      resume: () => {
        this.#forget()
        task.resume(undefined)
      },
    }
    this.#timer = deadlineUs === undefined ? null : task.process.world.sleep(task.process.name, deadlineUs, late)
  }

  #forget(): void {
    const index = this.#deferred.wakers.indexOf(this.#task)
    if (index >= 0) this.#deferred.wakers.splice(index, 1)
  }

  abandon(): void {
    this.#forget()
    this.#timer?.abandon()
  }
}

/** A wait for another task's end. Abandoning it does not touch the other task. */
class JoinWait implements Pending {
  readonly #task: Task<unknown>
  readonly #kind: 'join' | 'cancel'
  readonly #done: (failure: { error: unknown } | null, value: unknown) => void
  #abandoned = false

  constructor(
    task: Task<unknown>,
    kind: 'join' | 'cancel',
    done: (failure: { error: unknown } | null, value: unknown) => void,
  ) {
    this.#task = task
    this.#kind = kind
    this.#done = done
  }

  begin(): void {
    this.#task.observe((ending) => {
      if (this.#abandoned) return
      if (ending.kind === 'failed') this.#done({ error: ending.error }, undefined)
      else if (ending.kind === 'done') this.#done(null, ending.value)
      else if (this.#kind === 'cancel') this.#done(null, undefined)
      else this.#done({ error: new Error(`joined fiber ${this.#task.path} was cancelled`) }, undefined)
    })
  }

  abandon(): void {
    this.#abandoned = true
  }
}

/** The children of one `all` or `race`. */
class Group implements Pending {
  readonly #kind: 'all' | 'race'
  readonly #tasks: Task<unknown>[] = []
  readonly #keys: string[]
  readonly #done: (ending: Ending) => void
  #left: number
  #starting = true
  #winner: { readonly winner: string; readonly value: unknown } | null = null
  #failure: { readonly error: unknown } | null = null
  #abandoned = false
  readonly #values: Record<string, unknown> = {}

  constructor(
    parent: Task<unknown>,
    kind: 'all' | 'race',
    children: Readonly<Record<string, Fiber<unknown>>>,
    done: (ending: Ending) => void,
  ) {
    this.#kind = kind
    this.#done = done
    this.#keys = Object.keys(children)
    // Integer-like keys would be reordered by the language, and the written order decides ties.
    for (const key of this.#keys) if (/^\d+$/.test(key)) throw new Error(`${kind}: key ${key} is integer-like`)
    if (kind === 'race' && this.#keys.length === 0) throw new Error('race: no children, it would never settle')
    for (const key of this.#keys) this.#tasks.push(new Task(parent.process, parent, key, children[key]!))
    this.#left = this.#tasks.length
  }

  /** Starts the children. Returns the ending when they all settled already, or null. */
  begin(): Ending | null {
    for (const [i, task] of this.#tasks.entries()) {
      if (this.#decided) {
        // Never begun: nothing of it ran, so nothing needs cleaning up.
        this.#left--
        continue
      }
      task.observe((ending) => this.#childEnded(i, ending))
      task.begin()
      if (this.#decided) for (const earlier of this.#tasks.slice(0, i)) earlier.cancel()
    }
    this.#starting = false
    return this.#left === 0 ? this.#ending() : null
  }

  get #decided(): boolean {
    return this.#winner !== null || this.#failure !== null || this.#abandoned
  }

  #childEnded(index: number, ending: Ending): void {
    const first = !this.#decided
    this.#left--
    if (ending.kind === 'failed') this.#failure ??= ending
    else if (ending.kind === 'done') {
      if (this.#kind === 'all') this.#values[this.#keys[index]!] = ending.value
      else if (first) this.#winner = { winner: this.#keys[index]!, value: ending.value }
    } else if (first) this.#failure = { error: new Error(`child ${this.#keys[index]} of ${this.#kind} was cancelled`) }
    if (this.#starting) return
    if (first && this.#decided) for (const task of this.#tasks) task.cancel()
    if (this.#left === 0) this.#done(this.#ending())
  }

  #ending(): Ending {
    if (this.#failure !== null) return { kind: 'failed', error: this.#failure.error }
    if (this.#abandoned) return { kind: 'cancelled' }
    if (this.#kind === 'race') return { kind: 'done', value: this.#winner }
    const ordered: Record<string, unknown> = {}
    for (const key of this.#keys) ordered[key] = this.#values[key]
    return { kind: 'done', value: ordered }
  }

  /** The parent is cancelled: the children first, then the parent continues through `done`. */
  abandon(): void {
    if (this.#decided) return
    this.#abandoned = true
    if (this.#left === 0) this.#done({ kind: 'cancelled' })
    else for (const task of this.#tasks) task.cancel()
  }
}
