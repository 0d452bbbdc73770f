/** The thread in which a swarm's seeds run, a chunk at a time. See fuzz-threads.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { drawScenario } from '../../scenarios/swarm/draw.ts'
import type { SwarmOutcome } from '../../scenarios/swarm/outcome.ts'
import type { Shrunk } from '../../scenarios/swarm/shrink.ts'
import type { Space } from '../../scenarios/swarm/space.ts'
import { type Accusation, convicts, runSeed, shrinkFailure } from '../swarm.ts'

export interface FuzzThreadData {
  readonly space: Space
  /** One 32-bit word: 1 asks for an end. */
  readonly stop: SharedArrayBuffer
}

export type FuzzTask =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  /** Of these, the first that convicts. */
  | { readonly kind: 'hunt'; readonly seeds: readonly number[]; readonly accusation: Accusation }
  | {
      readonly kind: 'shrink'
      readonly seed: number
      readonly check: string
      readonly limit: number
      readonly accusation: Accusation | null
    }

export type FuzzAnswer =
  | { readonly kind: 'outcomes'; readonly outcomes: readonly SwarmOutcome[] }
  | { readonly kind: 'hunted'; readonly seed: number | null; readonly tried: number }
  | { readonly kind: 'progress'; readonly runs: number; readonly steps: number }
  | { readonly kind: 'shrunk'; readonly shrunk: Shrunk }
  | { readonly kind: 'error'; readonly error: unknown }

const { space, stop } = workerData as FuzzThreadData
const flag = new Int32Array(stop)
const shouldStop = () => Atomics.load(flag, 0) === 1

parentPort!.on('message', (task: FuzzTask) => {
  let answer: FuzzAnswer
  try {
    answer = answerTo(task)
  } catch (error) {
    answer = { kind: 'error', error }
  }
  parentPort!.postMessage(answer)
})

function answerTo(task: FuzzTask): FuzzAnswer {
  switch (task.kind) {
    case 'seeds':
      return { kind: 'outcomes', outcomes: outcomesOf(task.seeds) }
    case 'hunt':
      return hunted(task)
    case 'shrink':
      return { kind: 'shrunk', shrunk: shrunkOf(task) }
  }
}

function hunted({ seeds, accusation }: Extract<FuzzTask, { readonly kind: 'hunt' }>): FuzzAnswer {
  let tried = 0
  for (const seed of seeds) {
    if (shouldStop()) break
    tried++
    if (convicts({ written: drawScenario(space, seed), seed }, accusation, shouldStop))
      return { kind: 'hunted', seed, tried }
  }
  return { kind: 'hunted', seed: null, tried }
}

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

function shrunkOf({ seed, check, limit, accusation }: Extract<FuzzTask, { readonly kind: 'shrink' }>): Shrunk {
  return shrinkFailure({ written: drawScenario(space, seed), seed }, check, {
    limit,
    accusation,
    shouldStop,
    onProgress: (runs, { written }) => {
      const steps = (written.faults as readonly unknown[] | undefined)?.length ?? 0
      parentPort!.postMessage({ kind: 'progress', runs, steps } satisfies FuzzAnswer)
    },
  })
}
