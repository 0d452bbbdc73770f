/** The thread in which simulations run: one after another, as they are asked for. See simulate-in-worker.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Scenario } from '../../scenarios/scenario.ts'
import { simulate } from '../run.ts'

export interface Task {
  readonly scenario: Scenario
  readonly seed: number
}

const stop = new Int32Array(workerData as SharedArrayBuffer)

parentPort!.on('message', ({ scenario, seed }: Task) => {
  const record = simulate(scenario, {
    seed,
    onProgress: (fraction) => parentPort!.postMessage({ kind: 'progress', fraction }),
    shouldStop: () => Atomics.load(stop, 0) === 1,
  })
  parentPort!.postMessage({ kind: 'record', record })
})
