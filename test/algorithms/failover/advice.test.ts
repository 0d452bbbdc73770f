/** SEER at work in the whole coordinator, in the simulator: the library's own scenario, with it and with policies that only rank. */
import assert from 'node:assert/strict'
import type { ElectionName } from '../../../algorithms/election/policies.ts'
import { loadScenario } from '../../../scenarios/file/load.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

const scenario = loadScenario('seer-slow-source')
const SLOW_US = scenario.faults[0]!.atUs

function runWith(election: ElectionName, seed: number) {
  return simulate({ ...scenario, algorithms: { ...scenario.algorithms, election } }, { seed })
}

test('seer leaves a source whose processors are taken, tries it once more and leaves it again; no operation fails', () => {
  const { operations, events, faults } = runWith('seer', 1)
  assert.deepEqual(operations.filter(({ outcome }) => outcome !== 'ok').length, 0)
  const slowed = faults[0]!.target[0]!
  const moves = events.filter((event) => event.kind === 'switched')
  const left = moves.find(({ atUs, from }) => atUs > SLOW_US && from === slowed)!
  assert.equal(left.verdict, 'moved')
  assert.ok(left.atUs - SLOW_US < 3e6, `left after ${left.atUs - SLOW_US} us`)
  const last = events.filter((event) => event.kind === 'reign').at(-1)!
  assert.notEqual(last.source, slowed)
  // Every move's cost is on its account, and none comes sooner than a term after the one before.
  const held = moves.reduce((sum, { heldUs }) => sum + heldUs!, 0)
  assert.deepEqual(moves.at(-1)!.charged, { moves: moves.length, heldUs: held })
  for (const [i, { atUs }] of moves.entries())
    if (i > 0) assert.ok(atUs - moves[i - 1]!.atUs >= scenario.seer.predictEveryUs)
})

test('what nobody can measure is left out, and the trace says so', () => {
  const notes = runWith('seer', 2).events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
  assert.equal(notes.filter((text) => text.includes('how much memory')).length, 1)
  assert.equal(notes.filter((text) => text.includes('how much processor')).length, 0)
})

test('policies that only rank stay with the slow source', () => {
  for (const election of ['seer-score', 'most-advanced'] as const) {
    const { events, faults } = runWith(election, 1)
    assert.deepEqual(
      events.filter((event) => event.kind === 'reign' && event.atUs > 0),
      [],
    )
    assert.deepEqual(faults[0]!.target, ['node1'])
  }
})

test('best-known is an opinion of the simulator alone, and prefers a server that nothing slows', () => {
  const { events, faults } = runWith('seer', 1)
  const slowed = faults[0]!.target[0]!
  const after = events.filter((event) => event.kind === 'elected').find(({ atUs }) => atUs > SLOW_US)!
  const ranking = after.rankings['best-known']!
  assert.equal(ranking.at(-1)!.node, slowed)
  assert.match(ranking[0]!.reason, /^commits would take \d/)
})
