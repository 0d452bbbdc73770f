/**
 * Same seed, same bytes. The digest of a run covers every event of its trace, so equal digests mean that two runs took
 * the same steps at the same simulated times.
 */
import assert from 'node:assert/strict'
import { parseScenario } from '../scenarios/file/load.ts'
import { judge, type Stamp } from '../scenarios/judge.ts'
import type { RunRecord } from '../scenarios/record.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { simulate } from '../sim/run.ts'
import { test } from './support/test.ts'

/** A small run with everything in it: load, chance, a crash, an election, a return. Part of the frozen digest. */
const SCENARIO = `
name: frozen
description: A source dies under load and comes back.
cluster: { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload: { ratePerSec: 200, clients: 8, reads: 0.3, consistency: STRONG, duration: 6s, warmup: 1s }
faults:
  - { at: 2s, crash: source }
  - { at: 4s, restart: crashed }
checks: [acknowledged-writes-survive, timestamps-unique, single-writer, replicas-converge]
expect: { checks: pass }
`

/**
 * The digest of the run above with seed 1, the same on Node 20, 22 and 24.
 *
 * It changes with every change to the model, the procedures or the order in which anything draws from a random stream.
 * When that is meant: run `node --import tsx test/run.ts determinism`, copy the digest that it found to here, and say
 * in CHANGELOG.md that earlier simulated results are not comparable.
 */
const FROZEN_DIGEST = 'abef03707393dad6'

const DEADLINE_MS = 60_000

const STAMP: Stamp = {
  versions: { quorumlab: '0', node: '0' },
  machine: { platform: 'any', cpu: 'any', cores: 1, memoryMb: 1 },
  startedAt: '2026-01-01T00:00:00.000Z',
  coordinator: 'service',
}

let scenario: Scenario | null = null
const runs = new Map<number, RunRecord>()

function frozenScenario(): Scenario {
  scenario ??= parseScenario(SCENARIO, 'test/determinism.test.ts')
  return scenario
}

/** The first run of a seed, shared by the tests below. */
function runOf(seed: number): RunRecord {
  let run = runs.get(seed)
  if (run === undefined) {
    run = simulate(frozenScenario(), { seed })
    runs.set(seed, run)
  }
  return run
}

test('the same seed gives the same run', { deadlineMs: DEADLINE_MS }, () => {
  const again = simulate(frozenScenario(), { seed: 1 })
  assert.equal(again.digest, runOf(1).digest)
  assert.deepEqual(again, runOf(1))
})

test('the same seed gives the same result, byte for byte', { deadlineMs: DEADLINE_MS }, () => {
  const again = simulate(frozenScenario(), { seed: 1 })
  const [first, second] = [runOf(1), again].map((run) => JSON.stringify(judge(frozenScenario(), [run], STAMP)))
  assert.equal(first, second)
})

test('runs of other seeds in between change nothing', { deadlineMs: DEADLINE_MS }, () => {
  const digests = [1, 2, 1].map((seed) => simulate(frozenScenario(), { seed }).digest)
  assert.equal(digests[0], digests[2])
  assert.notEqual(digests[0], digests[1])
})

test('every seed gives another run', { deadlineMs: DEADLINE_MS }, () => {
  const seeds = [1, 2, 3, 4]
  const digests = new Set(seeds.map((seed) => runOf(seed).digest))
  assert.equal(digests.size, seeds.length)
})

test('the run behind the digest has writes, a crash and a new source', { deadlineMs: DEADLINE_MS }, () => {
  const { operations, faults, complete } = runOf(1)
  assert.ok(operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok').length > 100)
  assert.deepEqual(
    faults.map(({ kind, healedUs }) => [kind, healedUs !== null]),
    [['crash', true]],
  )
  assert.ok(new Set(operations.map(({ epoch }) => epoch).filter((epoch) => epoch !== null)).size > 1)
  assert.equal(complete, true)
})

test('the frozen digest holds on this version of Node', { deadlineMs: DEADLINE_MS }, () => {
  assert.equal(runOf(1).digest, FROZEN_DIGEST)
})
