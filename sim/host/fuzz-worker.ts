/** The thread in which a swarm's seeds run, a chunk at a time. See fuzz-threads.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { drawScenario } from '../../scenarios/swarm/draw.ts'
import type { SwarmOutcome } from '../../scenarios/swarm/outcome.ts'
import type { Shrunk } from '../../scenarios/swarm/shrink.ts'
import type { Space } from '../../scenarios/swarm/space.ts'
import { runSeed, shrinkFailure } from '../swarm.ts'

export interface FuzzThreadData {
  readonly space: Space
  /** One 32-bit word: 1 asks for an end. */
  readonly stop: SharedArrayBuffer
}

export type FuzzTask =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  | { readonly kind: 'shrink'; readonly seed: number; readonly check: string; readonly limit: number }

export type FuzzAnswer =
  | { readonly kind: 'outcomes'; readonly outcomes: readonly SwarmOutcome[] }
  | { readonly kind: 'progress'; readonly runs: number; readonly steps: number }
  | { readonly kind: 'shrunk'; readonly shrunk: Shrunk }
  | { readonly kind: 'error'; readonly error: unknown }

const { space, stop } = workerData as FuzzThreadData
const flag = new Int32Array(stop)
const shouldStop = () => Atomics.load(flag, 0) === 1

parentPort!.on('message', (task: FuzzTask) => {
  let answer: FuzzAnswer
  try {
    answer =
      task.kind === 'seeds'
        ? { kind: 'outcomes', outcomes: outcomesOf(task.seeds) }
        : { kind: 'shrunk', shrunk: shrunkOf(task.seed, task.check, task.limit) }
  } catch (error) {
    answer = { kind: 'error', error }
  }
  parentPort!.postMessage(answer)
})

function outcomesOf(seeds: readonly number[]): readonly SwarmOutcome[] {
  const outcomes: SwarmOutcome[] = []
  for (const seed of seeds) {
    if (shouldStop()) break
    const outcome = runSeed(space, seed, shouldStop)
    if (outcome === null) break
    outcomes.push(outcome)
  }
  return outcomes
}

function shrunkOf(seed: number, check: string, limit: number): Shrunk {
  return shrinkFailure({ written: drawScenario(space, seed), seed }, check, {
    limit,
    shouldStop,
    onProgress: (runs, { written }) => {
      const steps = (written.faults as readonly unknown[] | undefined)?.length ?? 0
      parentPort!.postMessage({ kind: 'progress', runs, steps } satisfies FuzzAnswer)
    },
  })
}
