/**
 * A simulation is synchronous, so while it runs its thread hears nothing: no Ctrl-C, no clock to draw a progress line
 * by. It therefore runs in a thread of its own, and this one only listens. What it returns is what `simulate` returns
 * in this thread: a function of scenario and seed.
 */
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { startThread } from './thread.ts'
import type { Task } from './worker.ts'

export interface WorkerOptions {
  readonly seed: number
  /** 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined
  /** When it is aborted the run ends with what there is (`complete: false`). */
  readonly signal?: AbortSignal | undefined
}

type Message =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'record'; readonly record: RunRecord }

export class SimulationThread {
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #worker = startThread(new URL('./worker.ts', import.meta.url), this.#stop.buffer)

  /** One at a time. Rejects with what `simulate` throws. */
  simulate(scenario: Scenario, { seed, onProgress, signal }: WorkerOptions): Promise<RunRecord> {
    const worker = this.#worker
    const stop = () => Atomics.store(this.#stop, 0, 1)
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
    worker.postMessage({ scenario, seed } satisfies Task)
    return new Promise<RunRecord>((resolve, reject) => {
      worker.removeAllListeners()
      worker.on('message', (message: Message) => {
        if (message.kind === 'record') resolve(message.record)
        else onProgress?.(message.fraction)
      })
      worker.on('error', reject)
      worker.on('exit', (code) => reject(new Error(`the simulation's thread ended by itself (exit code ${code})`)))
    }).finally(() => signal?.removeEventListener('abort', stop))
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
