/** What a fiber can wait for besides the world: a deferred, another fiber's end, a group of children. */
import { type Deadlines, type Expiring, releaseDeadline } from './deadlines.ts'
import type { Deferred, Fiber } from './effects.ts'
import type { Ending, Task } from './fiber-task.ts'
import type { Pending } from './world.ts'

/** A wait for a deferred, with or without a deadline. */
export class DeferredWait implements Pending, Expiring {
  readonly #task: Task<unknown>
  readonly #deferred: Deferred<unknown>
  deadlines: Deadlines | null = null
  deadlinePlace = 0

  constructor(task: Task<unknown>, deferred: Deferred<unknown>, deadlineUs: number | undefined) {
    this.#task = task
    this.#deferred = deferred
    deferred.add(task)
    if (deadlineUs !== undefined) task.process.deadlines.add(this, deadlineUs)
  }

  /** The deadline passed first. */
  expire(): void {
    this.#deferred.remove(this.#task)
    this.#task.resume(undefined)
  }

  abandon(): void {
    this.#deferred.remove(this.#task)
    releaseDeadline(this)
  }
}

/** A wait for another task's end. Abandoning it does not touch the other task. */
export class JoinWait implements Pending {
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
export class Group implements Pending {
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
    begin: (name: string, fiber: Fiber<unknown>) => Task<unknown>,
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
    for (const key of this.#keys) this.#tasks.push(begin(key, children[key]!))
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
