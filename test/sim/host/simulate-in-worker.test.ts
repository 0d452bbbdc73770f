import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { type JudgedTrial, judgeTrial, resultOfTrials } from '../../../scenarios/judge.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { SimulationThreads, type Trial } from '../../../sim/host/simulate-in-worker.ts'
import { simulate } from '../../../sim/run.ts'
import { STAMP } from '../../scenarios/stamp.ts'
import { test } from '../../support/test.ts'

const SHORT = parseScenario(
  'name: short\nworkload: { ratePerSec: 100, duration: 2s }\nfaults: [{ at: 1s, crash: source }]\n',
  'short.yaml',
)
const LONG = parseScenario('name: long\nworkload: { ratePerSec: 2000, duration: 1h }\n', 'long.yaml')

async function inThreads(count: number, body: (threads: SimulationThreads) => Promise<void>): Promise<void> {
  const threads = new SimulationThreads(count)
  try {
    await body(threads)
  } finally {
    await threads.end()
  }
}

function trialsOf(scenario: Scenario, seeds: readonly number[]): readonly Trial[] {
  return seeds.map((seed) => ({ scenario, seed }))
}

async function all<T>(trials: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const trial of trials) found.push(trial)
  return found
}

test('a simulation in threads returns what it returns here, in the order of its seeds, for any number of threads', {
  deadlineMs: 60_000,
}, async () => {
  const seeds = [1, 2, 1, 3]
  const here = seeds.map((seed) => simulate(SHORT, { seed }))
  for (const count of [1, 2, 3])
    await inThreads(count, async (threads) => {
      const fractions: number[] = []
      const onProgress = (fraction: number) => fractions.push(fraction)
      const there = await all(threads.simulate(trialsOf(SHORT, seeds), { withRecord: true, onProgress }))
      assert.deepEqual(
        there.map(({ record }) => record),
        here,
      )
      const bytes = (trials: readonly JudgedTrial[]) => JSON.stringify(resultOfTrials(SHORT, trials, STAMP))
      const judged = there.map((trial) => trial.judged)
      assert.equal(bytes(judged), bytes(here.map((record) => judgeTrial(SHORT, record))))
      assert.equal(fractions.at(-1), seeds.length)
    })
})

test('operations stay where they were simulated unless they are asked for', { deadlineMs: 30_000 }, () =>
  inThreads(1, async (threads) => {
    const [trial] = await all(threads.simulate(trialsOf(SHORT, [1]), {}))
    assert.equal(trial!.record, null)
    assert.ok(!('operations' in trial!.judged.record))
  }),
)

test('aborted simulations end soon with what there is, and no other begins', { deadlineMs: 30_000 }, () =>
  inThreads(2, async (threads) => {
    const controller = new AbortController()
    const trials = await all(
      threads.simulate(trialsOf(LONG, [1, 2, 3]), { signal: controller.signal, onProgress: () => controller.abort() }),
    )
    assert.equal(trials.length, 2)
    for (const { judged } of trials) {
      assert.equal(judged.record.complete, false)
      assert.ok(judged.record.endedUs < LONG.workload.durationUs)
    }
  }),
)

test('what a simulation throws is thrown here', { deadlineMs: 30_000 }, () =>
  inThreads(1, async (threads) => {
    await assert.rejects(all(threads.simulate(trialsOf(SHORT, [0.5]), {})), /a seed is an integer/)
  }),
)
