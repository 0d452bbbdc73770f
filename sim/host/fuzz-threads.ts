/**
 * A swarm's seeds over several threads. Every seed is a function of itself alone and results are folded in whatever
 * order they come, so the number of threads changes nothing but the time.
 */
import type { Worker } from 'node:worker_threads'
import type { SwarmOutcome } from '../../scenarios/swarm/outcome.ts'
import type { Shrunk } from '../../scenarios/swarm/shrink.ts'
import type { Space } from '../../scenarios/swarm/space.ts'
import type { Accusation } from '../swarm.ts'
import type { FuzzAnswer, FuzzTask, FuzzThreadData } from './fuzz-worker.ts'
import { startThread } from './thread.ts'

/** Long enough that messages cost nothing, short enough that progress is seen and no thread ends much later. */
const CHUNK = 10

export class FuzzThreads {
  readonly #flag = new Int32Array(new SharedArrayBuffer(4))
  readonly #workers: readonly Worker[]

  constructor(space: Space, jobs: number) {
    const data: FuzzThreadData = { space, stop: this.#flag.buffer as SharedArrayBuffer }
    this.#workers = Array.from({ length: jobs }, () => startThread(new URL('./fuzz-worker.ts', import.meta.url), data))
  }

  /** Settles when all seeds have run, or soon after the abort; rejects with what a run threw. */
  async run(
    seeds: Iterator<number>,
    onOutcomes: (outcomes: readonly SwarmOutcome[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#stoppable(signal, () =>
      Promise.all(
        this.#workers.map((worker) =>
          eachChunk(seeds, signal, async (chunk) => {
            const answer = await ask(worker, { kind: 'seeds', seeds: chunk }, () => {})
            if (answer.kind === 'outcomes') onOutcomes(answer.outcomes)
          }),
        ),
      ),
    )
  }

  /** The first seed of all that convicts; null: none does, or it was told to stop. */
  async hunt(
    seeds: Iterator<number>,
    accusation: Accusation,
    onTried: (tried: number) => void,
    signal: AbortSignal,
  ): Promise<number | null> {
    let first: number | null = null
    // Seeds are handed out in their order, so whatever is below a find has been handed out, too.
    const open: Iterator<number> = { next: () => (first === null ? seeds.next() : { done: true, value: undefined }) }
    const work = (worker: Worker) =>
      eachChunk(open, signal, async (chunk) => {
        const answer = await ask(worker, { kind: 'hunt', seeds: chunk, accusation }, () => {})
        if (answer.kind !== 'hunted') return
        onTried(answer.tried)
        if (answer.seed !== null) first = Math.min(answer.seed, first ?? Number.POSITIVE_INFINITY)
      })
    await this.#stoppable(signal, () => Promise.all(this.#workers.map(work)))
    return first
  }

  /** The failures, each made small, in their order; those that the abort left are missing. See `shrinkFailure`. */
  async shrink(
    failures: readonly { readonly seed: number; readonly check: string; readonly accusation?: Accusation }[],
    limit: number,
    onProgress: (runs: number, steps: number) => void,
    signal: AbortSignal,
  ): Promise<readonly (Shrunk | undefined)[]> {
    const shrunk: (Shrunk | undefined)[] = failures.map(() => undefined)
    const left = failures.entries()
    const work = async (worker: Worker): Promise<void> => {
      for (const [index, { seed, check, accusation = null }] of left) {
        if (signal.aborted) return
        const answer = await ask(worker, { kind: 'shrink', seed, check, limit, accusation }, onProgress)
        if (answer.kind === 'shrunk') shrunk[index] = answer.shrunk
      }
    }
    await this.#stoppable(signal, () => Promise.all(this.#workers.map(work)))
    return shrunk
  }

  async #stoppable(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    const stop = () => Atomics.store(this.#flag, 0, 1)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await work()
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

async function eachChunk(
  seeds: Iterator<number>,
  signal: AbortSignal,
  body: (chunk: readonly number[]) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const chunk: number[] = []
    for (let next = seeds.next(); next.done !== true; next = seeds.next()) {
      chunk.push(next.value)
      if (chunk.length === CHUNK) break
    }
    if (chunk.length === 0) return
    await body(chunk)
  }
}

function ask(
  worker: Worker,
  task: FuzzTask,
  onProgress: (runs: number, steps: number) => void,
): Promise<Exclude<FuzzAnswer, { readonly kind: 'progress' | 'error' }>> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.on('message', (answer: FuzzAnswer) => {
      if (answer.kind === 'progress') onProgress(answer.runs, answer.steps)
      else if (answer.kind === 'error') reject(answer.error)
      else resolve(answer)
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`a thread ended by itself (exit code ${code})`)))
    worker.postMessage(task)
  })
}
