import assert from 'node:assert/strict'
import { HYBRID, LOGICAL } from '../../../algorithms/timestamps/hybrid.ts'
import { compareTimestamps } from '../../../algorithms/timestamps/timestamp.ts'
import { StepWorld } from '../../support/step-world.ts'
import { test } from '../../support/test.ts'
import { realTimeFault } from './real-time-law.ts'
import { type CausalSession, SimulatedServers } from './simulated-servers.ts'

const RUN_US = 3_000_000
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const SKEW_US = 50_000

function run(seed: number, skewUs: number, isHurt: boolean): readonly CausalSession[] {
  const servers = new SimulatedServers('hybrid', 3, seed, 3_000)
  if (skewUs > 0) servers.skew(skewUs)
  servers.ask(RUN_US, 10_000)
  if (isHurt) servers.hurt(RUN_US, 200_000)
  servers.run(RUN_US + 2_000_000)
  assert.ok(servers.history.length > 100)
  return servers.history
}

test('causal order always: what a session has seen is below what it gets, whatever clocks and faults do', () => {
  for (const seed of SEEDS)
    for (const { after, timestamp } of run(seed, SKEW_US, true))
      assert.ok(after === null || compareTimestamps(after, timestamp) < 0, `seed ${seed}`)
})

test('one server keeps real-time order, whatever its clock does, also across its restarts', () => {
  for (const seed of SEEDS) {
    const history = run(seed, SKEW_US, true)
    for (const server of [1, 2, 3])
      assert.equal(realTimeFault(history.filter(({ timestamp }) => timestamp.server === server)), null, `seed ${seed}`)
  }
})

test('timestamps are unique, whatever clocks and faults do', () => {
  for (const seed of SEEDS) {
    const given = run(seed, SKEW_US, true).map(({ timestamp }) => `${timestamp.counter}.${timestamp.server}`)
    assert.equal(new Set(given).size, given.length)
  }
})

test('real-time order fails where clocks differ, and only between sessions that are closer than the skew', () => {
  let inversions = 0
  for (const seed of SEEDS) {
    const history = run(seed, SKEW_US, false).filter(({ after }) => after === null)
    for (const earlier of history)
      for (const later of history) {
        if (earlier.endedAt >= later.beganAt || compareTimestamps(earlier.timestamp, later.timestamp) < 0) continue
        inversions++
        assert.ok(later.beganAt - earlier.endedAt <= 2 * SKEW_US, 'clocks differ by at most twice the skew')
      }
  }
  assert.ok(inversions > 0, 'no inversion: the check could not fail')
})

test('with clocks that are right, real-time order holds as well', () => {
  for (const seed of SEEDS) assert.equal(realTimeFault(run(seed, 0, false)), null)
})

test('numbers are exact integers', () => {
  for (const { timestamp } of run(1, SKEW_US, false)) assert.ok(Number.isSafeInteger(timestamp.counter * 2))
  // The last microsecond for which that is so lies in 2037.
  const years = Number.MAX_SAFE_INTEGER / LOGICAL / 1e6 / 86_400 / 365.25
  assert.ok(2020 + years > 2037)
})

test('the client tells the largest timestamp of its session', () => {
  const timestamp = { counter: 9, server: 1 }
  const world = new StepWorld({ 'timestamp-1': () => ({ outcome: { kind: 'ok', reply: { timestamp } }, afterUs: 1 }) })
  const client = HYBRID.client([{ name: 'timestamp-1', kind: 'timestamp' }], { requestUs: 10, giveUpUs: 10 })
  assert.deepEqual(world.run(client.next({ counter: 7, server: 2 })), timestamp)
  assert.deepEqual(world.calls[0]!.request, { kind: 'tick', after: 7 })
})
