/** The end that a run comes to before its time: an interrupt, what the world did to it, or a bug. The first counts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Incident } from '../scenarios/record.ts'
import { asEnvironmentError, EnvironmentError } from './drivers/environment-error.ts'
import type { ServiceProcess } from './processes/service-host.ts'

/**
 * Whoever ends us (a CI system, the end of a session) sends the same signal to our children: their deaths are seen
 * before our own signal is, and are none of the world's doings then.
 */
const SAME_SIGNAL_MS = 150

export class Ending {
  readonly #signal: AbortSignal | undefined
  readonly #early: Promise<never>
  #end: (error: unknown) => void = () => {}

  /** `signal`: the interrupt, which outlives the run; `over`: from then on nobody listens to it. */
  constructor(signal: AbortSignal | undefined, over: AbortSignal) {
    this.#signal = signal
    this.#early = new Promise((_, reject) => {
      this.#end = reject
    })
    this.#early.catch(() => {})
    if (signal?.aborted === true) this.#end(signal.reason)
    else signal?.addEventListener('abort', () => this.#end(signal.reason), { once: true, signal: over })
  }

  end(error: unknown): void {
    this.#end(error)
  }

  /** Rejects when the run ends early, whatever becomes of the work. */
  orEnd<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {})
    return Promise.race([this.#early, work])
  }

  /** What a record says of `error`, which has ended the run: nothing of an interrupt. Throws it if it is a bug. */
  async incidentsOf(error: unknown, startUs: number): Promise<readonly Incident[]> {
    const environment = asEnvironmentError(error)
    if (environment !== null && this.#signal?.aborted !== true) await sleep(SAME_SIGNAL_MS)
    if (this.#signal?.aborted === true) return []
    if (environment === null) throw error
    const { what, particulars } = environment
    return [{ ...particulars, what, atUs: particulars.atUs - startUs }]
  }
}

/** Rejects with `late()` when the work takes longer. */
export async function within<T>(limitMs: number, work: Promise<T>, late: () => Error, over: AbortSignal): Promise<T> {
  const ends = new AbortController()
  const limit = sleep(limitMs, undefined, { signal: AbortSignal.any([over, ends.signal]) }).then(() => {
    throw late()
  })
  try {
    return await Promise.race([limit, work])
  } finally {
    ends.abort()
  }
}

/** Every operation has a deadline of its own, so this is the machine's doing: or somebody has stopped the process. */
export function clientsLate(limitMs: number, condition: ServiceProcess['condition']): EnvironmentError {
  return new EnvironmentError(`the clients had not finished after ${(limitMs / 1000).toFixed(0)} s`, {
    ...{ kind: 'stalled', subject: 'client' },
    advice:
      condition === 'running'
        ? 'The machine is too busy for this workload: lower ratePerSec or clients, or end other programs.'
        : `Their process is ${condition}, and no fault did that: leave it alone, and run it again.`,
  })
}
