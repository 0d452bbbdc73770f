/** The thread in which simulations run and are judged: one after another, as they are asked for. See simulate-in-worker.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { judgeTrial } from '../../scenarios/judge.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { simulate } from '../run.ts'
import type { SimulatedTrial } from './simulate-in-worker.ts'

export interface Task {
  readonly scenario: Scenario
  readonly seed: number
  readonly withRecord: boolean
  readonly withDecisions: boolean
}

/** A message takes as long as simulating some ten operations, and nobody looks oftener than this. */
const TOLD_EVERY_MS = 50

const stop = new Int32Array(workerData as SharedArrayBuffer)

parentPort!.on('message', ({ scenario, seed, withRecord, withDecisions }: Task) => {
  let toldMs = Number.NEGATIVE_INFINITY
  const record = simulate(scenario, {
    seed,
    onProgress: (fraction) => {
      const nowMs = performance.now()
      if (fraction < 1 && nowMs - toldMs < TOLD_EVERY_MS) return
      toldMs = nowMs
      parentPort!.postMessage({ kind: 'progress', fraction })
    },
    ...(withDecisions
      ? { onDecisions: (decisions, atUs) => parentPort!.postMessage({ kind: 'decisions', decisions, atUs }) }
      : {}),
    shouldStop: () => Atomics.load(stop, 0) === 1,
  })
  const trial: SimulatedTrial = { judged: judgeTrial(scenario, record), record: withRecord ? record : null }
  parentPort!.postMessage({ kind: 'trial', trial })
})
