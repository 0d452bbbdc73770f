/**
 * The whole coordinator under random faults, in the simulator: whatever is killed, stopped, paused, cut off or slowed,
 * no acknowledged write is lost, one source acknowledges at a time, the cluster converges once everything is healed,
 * every key is linearizable, and sessions see what they have written and read.
 */
import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { judged, randomScenario } from './random-scenario.ts'

const SEEDS = 100

test(`random faults, ${SEEDS} seeds: nothing acknowledged is lost, reads are linearizable, the cluster heals`, {
  deadlineMs: 120_000,
}, () => {
  let failovers = 0
  let refusing = 0
  for (let seed = 0; seed < SEEDS; seed++) {
    const text = randomScenario(seed)
    const { result, failed, refuses } = judged(text, { seed })
    refusing += refuses ? 1 : 0
    assert.deepEqual(failed, [], `seed ${seed}\n${text}`)
    failovers += result.summary.failovers.length
  }
  assert.ok(refusing <= SEEDS / 10, `${refusing} of ${SEEDS} runs ended refusing`)
  assert.ok(failovers >= SEEDS / 4, `only ${failovers} failovers: the faults do not reach what is tested`)
})
