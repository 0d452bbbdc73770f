/**
 * A simulation is synchronous, so while it runs its thread hears nothing: no Ctrl-C, no clock to draw a progress line
 * by. It therefore runs in a thread of its own, is judged there (a record is large, and copying it between threads took a
 * fifth of a long run), and this one only listens. What it returns is a function of scenario and seed.
 */
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { JudgedTrial } from '../../scenarios/judge.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { SHARED, SHARED_WORDS, type Task } from './task.ts'
import { startThread } from './thread.ts'

interface WorkerOptions {
  /** For exports that need every operation. */
  readonly withRecord?: boolean
  /** 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined
  /** As in SimulateOptions. */
  readonly onDecisions?: ((decisions: readonly TraceEvent[], atUs: number) => void) | undefined
  /** When it is aborted the run ends with what there is (`complete: false`). */
  readonly signal?: AbortSignal | undefined
}

export interface Trial {
  readonly scenario: Scenario
  readonly seed: number
}

/** A trial, judged where it ran. */
export interface SimulatedTrial {
  readonly judged: JudgedTrial
  /** Null: it was not asked for. */
  readonly record: RunRecord | null
}

type Message =
  | { readonly kind: 'decisions'; readonly decisions: readonly TraceEvent[]; readonly atUs: number }
  | { readonly kind: 'trial'; readonly trial: SimulatedTrial }

/** How often who waits is told. */
const TOLD_EVERY_MS = 50

class SimulationThread {
  readonly #shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS))
  readonly #worker = startThread(new URL('./worker.ts', import.meta.url), this.#shared.buffer)

  /** One at a time. Rejects with what `simulate` throws. */
  simulate(
    { scenario, seed }: Trial,
    { withRecord = false, onProgress, onDecisions, signal }: WorkerOptions,
  ): Promise<SimulatedTrial> {
    const worker = this.#worker
    const stop = () => Atomics.store(this.#shared, SHARED.stop, 1)
    Atomics.store(this.#shared, SHARED.doneMillionths, 0)
    const tell = () => onProgress?.(Atomics.load(this.#shared, SHARED.doneMillionths) / 1e6)
    const told = setInterval(tell, TOLD_EVERY_MS)
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
    worker.postMessage({ scenario, seed, withRecord, withDecisions: onDecisions !== undefined } satisfies Task)
    return new Promise<SimulatedTrial>((resolve, reject) => {
      worker.removeAllListeners()
      worker.on('message', (message: Message) => {
        if (message.kind === 'trial') resolve(message.trial)
        else onDecisions?.(message.decisions, message.atUs)
      })
      worker.on('error', reject)
      worker.on('exit', (code) => reject(new Error(`the simulation's thread ended by itself (exit code ${code})`)))
    }).finally(() => {
      clearInterval(told)
      tell()
      signal?.removeEventListener('abort', stop)
    })
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/**
 * Trials over several threads, told in the order in which they were asked for. Each is a function of its scenario and
 * seed alone, so the number of threads changes nothing but the time.
 */
export class SimulationThreads {
  readonly #threads: readonly SimulationThread[]

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new SimulationThread())
  }

  /** `onProgress`: trials that are done, and parts of those that run. An abort ends the trials that run; none begins after it. */
  async *simulate(asked: readonly Trial[], options: WorkerOptions): AsyncGenerator<SimulatedTrial> {
    const { signal, withRecord = false, onDecisions } = options
    const fractions = asked.map(() => 0)
    const left = asked.entries()
    const trials = asked.map(() => deferred<SimulatedTrial | null>())
    // Who is asked for later may fail before.
    for (const { promise } of trials) promise.catch(() => {})
    for (const thread of this.#threads)
      void (async () => {
        for (const [index, trial] of left) {
          const onProgress = (fraction: number) => {
            fractions[index] = fraction
            options.onProgress?.(fractions.reduce((sum, one) => sum + one, 0))
          }
          if (signal?.aborted === true) trials[index]!.resolve(null)
          else
            await thread
              .simulate(trial, { withRecord, onProgress, onDecisions, signal })
              .then(trials[index]!.resolve, trials[index]!.reject)
        }
      })()
    for (const { promise } of trials) {
      const trial = await promise
      if (trial === null) return
      yield trial
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
