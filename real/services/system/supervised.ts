/**
 * One process of the system under supervision: started, and started again when it ends by itself, with a growing pause
 * and up to a limit. What an operator has stopped stays stopped until it is wanted again.
 */
import { EnvironmentError } from '../../drivers/environment-error.ts'
import type { ProcessState } from '../operator.ts'
import { BackOff } from './back-off.ts'

/** What is supervised: a MySQL server of the driver's, or a service. */
export interface Unit {
  readonly name: string
  /** Resolves when it serves. Rejects, with no process left, when it does not get that far. */
  start(): Promise<void>
  readonly pid: number | null
  readonly condition: 'running' | 'paused' | 'gone'
}

const FIRST_ATTEMPTS = 4

export class Supervised {
  readonly #unit: Unit
  readonly #onChange: () => void
  readonly #backOff = new BackOff()
  /** One thing at a time is done to a process. */
  #turn: Promise<unknown> = Promise.resolve()
  #state: ProcessState['state'] = 'stopped'
  #detail = 'not started yet'
  #sinceMs = Date.now()
  #restarts = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(unit: Unit, onChange: () => void) {
    this.#unit = unit
    this.#onChange = onChange
  }

  get name(): string {
    return this.#unit.name
  }

  get state(): ProcessState {
    const { pid, condition } = this.#unit
    const isPaused = this.#state === 'up' && condition === 'paused'
    return {
      name: this.name,
      state: isPaused ? 'paused' : this.#state,
      pid: condition === 'gone' ? null : pid,
      restarts: this.#restarts,
      detail: isPaused ? `process ${pid} is stopped by a signal` : this.#detail,
      sinceMs: this.#sinceMs,
    }
  }

  /**
   * For the first time. Rejects with why it does not serve: what is wrong at once is not mended by trying, unless somebody
   * had killed it.
   */
  begin(): Promise<void> {
    return this.exclusively(async () => {
      for (let attempt = 1; ; attempt++)
        try {
          return await this.#attempt()
        } catch (error) {
          if (attempt === FIRST_ATTEMPTS || !wasKilled(error)) throw error
        }
    })
  }

  /** It was started as a part of something larger. */
  began(): void {
    this.#change('up', '')
  }

  /** Its process has ended, and nobody had asked for that. */
  ended(why: Error): void {
    // What ends while it is being started rejects that start.
    if (this.#isClosed || this.#state !== 'up') return
    this.#again(why, Date.now() - this.#sinceMs)
  }

  /** An operator does something to it that ends it, and it stays down: `what` says so. */
  async hold<T>(what: string, work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer)
    // Before the deed: the end that it causes is nobody's fault.
    this.#change('stopped', what)
    return await this.exclusively(work)
  }

  /** An operator wants it up. Rejects when it does not come up; it is tried again all the same. */
  async release(): Promise<void> {
    clearTimeout(this.#timer)
    this.#backOff.reset()
    await this.exclusively(async () => {
      if (this.#unit.condition !== 'gone') return
      try {
        await this.#attempt()
      } catch (error) {
        this.#again(error as Error, 0)
        throw error
      }
    })
  }

  /** Work in which its process is ended and started by somebody else. If there is none afterwards, it is started again. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      try {
        return await work()
      } finally {
        if (this.#state === 'up' && this.#unit.condition === 'gone')
          this.#again(new Error('it was ended for a rebuild, which failed'), 0)
      }
    })
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Nothing is started any more. Settles when what was under way is over. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#turn
  }

  async #attempt(): Promise<void> {
    if (this.#isClosed) throw new Error('the system is being stopped')
    this.#change('starting', this.#lastEnd)
    await this.#unit.start()
    const times = this.#restarts === 1 ? 'once' : `${this.#restarts} times`
    this.#change('up', this.#restarts === 0 ? '' : `started again ${times}; ${this.#lastEnd}`)
  }

  #lastEnd = ''

  #again(why: Error, ranMs: number): void {
    if (this.#isClosed) return
    const text = endText(why)
    this.#lastEnd = `at ${clock()} ${text}`
    const delayMs = this.#backOff.next(ranMs)
    if (delayMs === null) {
      this.#change(
        'given-up',
        `not started any more, because it ended ${this.#backOff.ends} times in a row; the last time ${text}`,
      )
      return
    }
    this.#change('waiting', `next start in ${(delayMs / 1000).toFixed(1)} s: ${text}`)
    this.#timer = setTimeout(() => void this.exclusively(() => this.#restart()), delayMs)
  }

  async #restart(): Promise<void> {
    if (this.#isClosed || this.#state !== 'waiting') return
    this.#restarts++
    try {
      // A rebuild, which asks nobody, may have started it meanwhile.
      if (this.#unit.condition === 'gone') await this.#attempt()
      else this.#change('up', '')
    } catch (error) {
      this.#again(error as Error, 0)
    }
  }

  #change(state: ProcessState['state'], detail: string): void {
    this.#state = state
    this.#detail = detail
    this.#sinceMs = Date.now()
    this.#onChange()
  }
}

function wasKilled(error: unknown): boolean {
  return error instanceof EnvironmentError && error.particulars.kind === 'killed'
}

/** In one line. What was killed from outside has said nothing of it; what ended by itself has said why at last. */
function endText(why: Error): string {
  if (!(why instanceof EnvironmentError)) return why.message.split('\n')[0]!
  const { kind, lastLines } = why.particulars
  const [last] = kind === 'killed' ? [] : lastLines.slice(-1)
  return last === undefined ? why.what : `${why.what} (${last.trim()})`
}

function clock(): string {
  return new Date().toISOString().slice(11, 19)
}
