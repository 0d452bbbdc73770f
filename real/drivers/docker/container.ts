/**
 * One container of a run. What state it is in comes from the engine's events and nowhere else: what a verb's own call
 * returned is not a look.
 */
import type { Ended } from '../death.ts'
import { monotonicUs } from '../driver.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { Engine, Happening } from './engine.ts'

/** How long the engine's events may take to show the state that it was asked for. */
const SHOWS_WITHIN_MS = 20_000
const STOP_GRACE_S = 30
/** 128 + signal number: what a shell and the engine say of a death by signal. */
const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = {
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

interface Inspected {
  readonly State: { readonly Pid: number; readonly OOMKilled: boolean }
  readonly HostConfig: { readonly NanoCpus: number }
}

export class Container {
  /** As in the run: `node1`, `coordinator`. */
  readonly name: string
  readonly id: string
  readonly #engine: Engine
  #state: 'running' | 'paused' | 'gone' = 'gone'
  /** When the state began: CLOCK_MONOTONIC, microseconds. */
  #sinceUs = monotonicUs()
  #lastEnd: Ended = { code: null, signal: null }
  readonly #watchers = new Set<() => void>()
  /** Of its first process, on this machine; null: there is none, or it cannot be seen from here. */
  #pid: number | null = null
  /** Waited for when it has been started, before anything in it can have done much. */
  onStart: () => Promise<void> = async () => {}
  /** Calls back when it ends, whoever did that. */
  onEnd: (ended: Ended) => void = () => {}

  constructor(engine: Engine, name: string, id: string) {
    this.#engine = engine
    this.name = name
    this.id = id
  }

  get state(): 'running' | 'paused' | 'gone' {
    return this.#state
  }

  get pid(): number | null {
    return this.#pid
  }

  get sinceUs(): number {
    return this.#sinceUs
  }

  get lastEnd(): Ended {
    return this.#lastEnd
  }

  /** One of the engine's events about this container. */
  happened({ action, exitCode, atUs }: Happening): void {
    const state = STATES[action]
    if (state === undefined) return
    this.#state = state
    this.#sinceUs = atUs
    if (action === 'die') {
      this.#pid = null
      const signal = SIGNALS[exitCode ?? 0] ?? null
      this.#lastEnd = { code: signal === null ? exitCode : null, signal }
      this.onEnd(this.#lastEnd)
    }
    for (const watcher of [...this.#watchers]) watcher()
  }

  async start(): Promise<void> {
    await this.#engine.post(`/containers/${this.id}/start`)
    await this.#shows('running')
    const { Pid } = (await this.inspect()).State
    this.#pid = Pid > 0 ? Pid : null
    await this.onStart()
  }

  /** SIGKILL to all that runs in it. A paused one has to be thawed to hear even that. */
  async kill(): Promise<void> {
    if (this.#state === 'gone') return
    await this.#engine.post(`/containers/${this.id}/kill?signal=SIGKILL`).catch(alreadyGone)
    if (this.#state === 'paused') await this.resume().catch(alreadyGone)
    await this.#shows('gone')
  }

  /** SIGTERM; SIGKILL after a grace. */
  async stop(graceS = STOP_GRACE_S): Promise<void> {
    if (this.#state === 'gone') return
    if (this.#state === 'paused') await this.resume()
    await this.#engine.post(`/containers/${this.id}/stop?t=${graceS}`).catch(alreadyGone)
    await this.#shows('gone')
  }

  /** By the freezer of its control group: nothing in it runs, its connections stay. */
  async pause(): Promise<void> {
    await this.#engine.post(`/containers/${this.id}/pause`)
    await this.#shows('paused')
  }

  async resume(): Promise<void> {
    await this.#engine.post(`/containers/${this.id}/unpause`)
    if (this.#state === 'paused') await this.#shows('running')
  }

  /** The processors it may use, as a number of them; 0: all. */
  async limitCpus(cpus: number): Promise<void> {
    await this.#engine.post(`/containers/${this.id}/update`, { NanoCpus: Math.round(cpus * 1e9) })
  }

  inspect(): Promise<Inspected> {
    return this.#engine.get<Inspected>(`/containers/${this.id}/json`)
  }

  async #shows(state: Container['state']): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (this.#state !== state) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        reject(
          new EnvironmentError(
            `${this.name} was asked to be ${state} and is ${this.#state} ${SHOWS_WITHIN_MS / 1_000} s later`,
            {
              ...{ kind: 'stalled', subject: this.name },
              advice: 'The engine or the machine is too busy: end other programs and try again.',
            },
          ),
        )
      }, SHOWS_WITHIN_MS)
      this.#watchers.add(look)
      look()
    })
  }
}

const STATES: Readonly<Record<string, Container['state']>> = {
  start: 'running',
  unpause: 'running',
  pause: 'paused',
  die: 'gone',
}

/** It ended in the meantime by itself. */
function alreadyGone(error: unknown): void {
  if (!/is not running|is not paused|No such container/i.test((error as Error).message)) throw error
}
