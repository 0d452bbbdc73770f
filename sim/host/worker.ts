/** The thread in which simulations run and are judged: one after another, as they are asked for. See simulate-in-worker.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { judgeTrial } from '../../scenarios/judge.ts'
import { simulate } from '../run.ts'
import type { SimulatedTrial } from './simulate-in-worker.ts'
import { SHARED, type Task } from './task.ts'

const shared = new Int32Array(workerData as SharedArrayBuffer)

parentPort!.on('message', ({ scenario, seed, withRecord, withDecisions }: Task) => {
  const record = simulate(scenario, {
    seed,
    onProgress: (fraction) => Atomics.store(shared, SHARED.doneMillionths, Math.round(fraction * 1e6)),
    ...(withDecisions
      ? { onDecisions: (decisions, atUs) => parentPort!.postMessage({ kind: 'decisions', decisions, atUs }) }
      : {}),
    shouldStop: () => Atomics.load(shared, SHARED.stop) === 1,
  })
  const trial: SimulatedTrial = { judged: judgeTrial(scenario, record), record: withRecord ? record : null }
  parentPort!.postMessage({ kind: 'trial', trial })
})
