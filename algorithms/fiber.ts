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
import { type Agenda, DeadlineTable } from './deadlines.ts'
import type { Fiber } from './effects.ts'
import { Task } from './fiber-task.ts'
import type { World } from './world.ts'

export type { Fiber } from './effects.ts'
export { all, call, cancel, deferred, fork, join, now, race, random, sleep, wait } from './effects.ts'

export { Task } from './fiber-task.ts'

/** `finally` blocks that yield longer than this are a bug. */
export const CLEANUP_DEADLINE_US = 30_000_000

interface Runnable {
  run(): void
}

/** What a task was answered while another one was stepped. */
class Answer implements Runnable {
  readonly #task: Task<unknown>
  /** The wait it was asked in. */
  readonly #wait: number
  readonly #value: unknown

  constructor(task: Task<unknown>, value: unknown) {
    this.#task = task
    this.#wait = task.wait
    this.#value = value
  }

  run(): void {
    this.#task.continue(this.#wait, this.#value)
  }
}

/** A class, because object literals with a getter each have a shape of their own, and `now` is asked for all the time. */
class ProcessAgenda implements Agenda {
  readonly #process: string
  readonly #world: World

  constructor(process: string, world: World) {
    this.#process = process
    this.#world = world
  }

  get now(): number {
    return this.#world.now()
  }

  after<A>(delayUs: number, action: (argument: A) => void, argument: A): unknown {
    return this.#world.sleep(this.#process, delayUs, { resume: () => action(argument) })
  }
}

/** One process: a name, a world, and the fibers that die with it. */
export class FiberProcess {
  readonly name: string
  readonly world: World
  alive = true
  /** Of waits, that nearly all end sooner. */
  readonly deadlines: DeadlineTable
  readonly #onFatal: (error: Error) => void
  /** To be run, in this order. The first `#taken` of the `#queued` have been; the places behind are used again. */
  readonly #ready: (Runnable | null)[] = []
  #queued = 0
  #taken = 0
  #draining = false

  /** `onFatal` gets the exceptions no fiber observes; a world ends its run there. */
  constructor(name: string, world: World, onFatal: (error: Error) => void) {
    this.name = name
    this.world = world
    this.deadlines = new DeadlineTable(new ProcessAgenda(name, world))
    this.#onFatal = onFatal
  }

  /**
   * The world's clock, for whoever has the process at hand: a reading is no wait, so it need not be an effect, and there
   * are several per operation.
   */
  get nowUs(): number {
    return this.world.now()
  }

  /** Start a fiber owned by the process. `onDone` gets what it returns; it is not called for one that is cancelled. */
  spawn<T>(name: string, fiber: Fiber<T>, onDone: ((value: T) => void) | null = null): Task<T> {
    const task = new Task<T>(this, null, name, fiber, onDone)
    if (this.#draining) this.#beginLater(task)
    else if (this.alive) this.#now(task, undefined)
    return task
  }

  /**
   * Run a plain function (a message handler) inside the trampoline: fibers it wakes are stepped after it returns,
   * so they never see its work half done.
   */
  run(action: () => void): void {
    this.#enqueue({ run: action })
  }

  #enqueue(runnable: Runnable): void {
    if (!this.alive) return
    this.#ready[this.#queued++] = runnable
    if (!this.#draining) this.#drain()
  }

  /** The world's answer to `task`: at once when nothing is being stepped. */
  resume(task: Task<unknown>, value: unknown): void {
    if (this.#draining) this.#enqueue(new Answer(task, value))
    else if (this.alive) this.#now(task, value)
  }

  /** Apart from its caller, which would pay for the closure at every call. */
  #beginLater(task: Task<unknown>): void {
    this.run(() => task.begin())
  }

  /** The short cut for the common case: what can be stepped now is not queued. */
  #now(task: Task<unknown>, value: unknown): void {
    this.#draining = true
    try {
      task.continue(task.wait, value)
    } finally {
      this.#draining = false
    }
    if (this.#queued > 0) this.#drain()
  }

  #drain(): void {
    const ready = this.#ready
    this.#draining = true
    try {
      while (this.#taken < this.#queued && this.alive) {
        const runnable = ready[this.#taken]!
        ready[this.#taken++] = null
        runnable.run()
      }
    } finally {
      this.#draining = false
      if (this.#taken >= this.#queued) this.#taken = this.#queued = 0
    }
  }

  /** The process is killed: its fibers are dropped where they stand, `finally` blocks included. */
  crash(): void {
    this.alive = false
    this.#ready.length = this.#queued = this.#taken = 0
  }

  fatal(task: Task<unknown>, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    this.alive = false
    this.#onFatal(new Error(`fiber ${task.path} failed: ${text}`, { cause: error }))
  }
}
