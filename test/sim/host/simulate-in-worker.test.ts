import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { SimulationThread } from '../../../sim/host/simulate-in-worker.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

const SHORT = parseScenario(
  'name: short\nworkload: { ratePerSec: 100, duration: 2s }\nfaults: [{ at: 1s, crash: source }]\n',
  'short.yaml',
)
const LONG = parseScenario('name: long\nworkload: { ratePerSec: 2000, duration: 1h }\n', 'long.yaml')

async function inThread(body: (thread: SimulationThread) => Promise<void>): Promise<void> {
  const thread = new SimulationThread()
  try {
    await body(thread)
  } finally {
    await thread.end()
  }
}

test('a simulation in a thread returns the record that it returns here, time after time', { deadlineMs: 30_000 }, () =>
  inThread(async (thread) => {
    for (const seed of [1, 2, 1]) {
      const fractions: number[] = []
      const there = await thread.simulate(SHORT, { seed, onProgress: (fraction) => fractions.push(fraction) })
      assert.deepEqual(there, simulate(SHORT, { seed }))
      assert.ok(fractions.length > 1)
      assert.equal(fractions.at(-1), 1)
    }
  }),
)

test('an aborted simulation ends soon with what there is', { deadlineMs: 30_000 }, () =>
  inThread(async (thread) => {
    const controller = new AbortController()
    const record = await thread.simulate(LONG, {
      seed: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    assert.equal(record.complete, false)
    assert.ok(record.endedUs < LONG.workload.durationUs)
  }),
)

test('what a simulation throws is thrown here', { deadlineMs: 30_000 }, () =>
  inThread(async (thread) => {
    await assert.rejects(
      thread.simulate({ ...SHORT, workload: { ...SHORT.workload, clients: -1 } }, { seed: 0.5 }),
      /a seed is an integer/,
    )
  }),
)
