import assert from 'node:assert/strict'
import { ScenarioError } from '../../../scenarios/file/errors.ts'
import { scenarioOf } from '../../../scenarios/file/load.ts'
import type { Written } from '../../../scenarios/file/written.ts'
import { costOf } from '../../../scenarios/swarm/cost.ts'
import { drawScenario } from '../../../scenarios/swarm/draw.ts'
import { type Failing, shrink } from '../../../scenarios/swarm/shrink.ts'
import { SIMPLIFICATIONS } from '../../../scenarios/swarm/simpler.ts'
import { spaceOf } from '../../../scenarios/swarm/space.ts'
import { test } from '../../support/test.ts'

/** One timestamp algorithm: a step on the third server of another one would need its algorithm for ever. */
const SPACE = spaceOf({ name: 'small', fuzz: { timestamps: ['odd-even'] } }, 'small.yaml')
const CHECK = 'single-writer'

const stepsOf = (written: Written) => written.faults as readonly Written[]
const has = (written: Written, verb: string) => stepsOf(written).some((step) => verb in step)

/** Fails where the scenario is valid and crashes something while something is cut off: a bug that is known exactly. */
function crashesAndCuts({ written }: Failing): boolean {
  try {
    scenarioOf(written, 'candidate')
  } catch (error) {
    if (error instanceof ScenarioError) return false
    throw error
  }
  return has(written, 'crash') && has(written, 'partition')
}

function seedsThat(fail: (failing: Failing) => boolean, count: number): Failing[] {
  const found: Failing[] = []
  for (let seed = 0; found.length < count; seed++) {
    const failing = { written: drawScenario(SPACE, seed), seed }
    if (fail(failing)) found.push(failing)
  }
  return found
}

test('what is not needed for the failure is gone: two steps are left of a failure that needs two', () => {
  for (const start of seedsThat(crashesAndCuts, 5)) {
    const { written, minimal } = shrink(start, CHECK, { fails: crashesAndCuts, limit: 20_000 })
    assert.equal(minimal, true)
    assert.equal(stepsOf(written).length, 2)
    for (const step of stepsOf(written)) assert.equal('for' in step, false)
    for (const part of ['network', 'tuning', 'algorithms', 'expect']) assert.equal(part in written, false, part)
    assert.equal((written.workload as Written).ratePerSec, 5)
  }
})

test('the same failure shrinks to the same scenario', () => {
  const [start] = seedsThat(crashesAndCuts, 1)
  const run = () => shrink(start!, CHECK, { fails: crashesAndCuts, limit: 20_000 })
  assert.deepEqual(run(), run())
})

test('what is left still fails, and never costs more than what it came from', () => {
  for (const start of seedsThat(crashesAndCuts, 3)) {
    let cost = costOf(start.written)
    const options = { fails: crashesAndCuts, limit: 20_000 }
    const shrunk = shrink(start, CHECK, {
      ...options,
      onProgress: (_, { written }) => {
        assert.ok(costOf(written) < cost)
        cost = costOf(written)
      },
    })
    assert.ok(crashesAndCuts(shrunk))
  }
})

test('runs are bounded, whatever fails: also where everything fails, and where nothing but the start does', () => {
  const [start] = seedsThat(crashesAndCuts, 1)
  let calls = 0
  const counting = (answer: boolean) => () => {
    calls++
    return answer
  }
  const cut = shrink(start!, CHECK, { fails: counting(false), limit: 50 })
  assert.equal(calls, 50)
  assert.deepEqual([cut.minimal, cut.written], [false, start!.written])
  // Everything fails: it ends by itself, because every step down costs less.
  const all = shrink(start!, CHECK, { fails: counting(true), limit: 1_000_000 })
  assert.equal(all.minimal, true)
  assert.equal(stepsOf(all.written).length, 0)
})

test('no simplification proposes without end', () => {
  for (let seed = 0; seed < 20; seed++) {
    const written = drawScenario(SPACE, seed)
    for (const simplify of SIMPLIFICATIONS) assert.ok([...simplify(written, CHECK)].length < 2000)
  }
})

test('a failure that is a missed number keeps that number, and no other expectation', () => {
  const written = { name: 'x', checks: ['single-writer'], expect: { 'operations.ok': '> 5', 'operations.failed': 0 } }
  const missed = ({ written: { expect } }: Failing) => 'operations.ok' in ((expect as Written | undefined) ?? {})
  const small = shrink({ written, seed: 1 }, 'operations.ok', { fails: missed, limit: 500 })
  assert.deepEqual(small.written.expect, { 'operations.ok': '> 5' })
})
