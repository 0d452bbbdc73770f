import assert from 'node:assert/strict'
import { runsOf } from '../../reports/runs.ts'
import { test } from '../support/test.ts'
import { fixture, withAlgorithms } from './fixtures.ts'

const names = (...results: Parameters<typeof runsOf>[0]) => runsOf(results).map(({ name }) => name)

test('runs are named by what tells them apart', () => {
  assert.deepEqual(names(fixture()), ['simulated'])
  assert.deepEqual(names(fixture(), fixture({ world: 'local' })), ['simulated', 'measured'])
  assert.deepEqual(names(fixture({ world: 'docker' }), fixture({ world: 'local' })), [
    'measured, docker',
    'measured, local',
  ])
  assert.deepEqual(names(fixture(), fixture({ election: 'most-advanced' })), ['seer-score', 'most-advanced'])
  const both = withAlgorithms(fixture({ election: 'most-advanced' }), { quorum: 'cabinet-top' })
  assert.deepEqual(names(fixture(), both), ['seer-score, majority', 'most-advanced, cabinet-top'])
  assert.deepEqual(names(fixture(), fixture({ seed: 2 })), ['seed 1', 'seed 2'])
})

test('runs that nothing tells apart are lettered, never merged', () => {
  assert.deepEqual(names(fixture(), fixture()), ['A, simulated', 'B, simulated'])
})

test('a run alone is drawn solid; beside others the simulated are dashed', () => {
  assert.deepEqual(runsOf([fixture()])[0]!.dash, [])
  const [simulated, measured] = runsOf([fixture(), fixture({ world: 'local' })])
  assert.deepEqual([simulated!.dash, measured!.dash], [[5, 3], []])
  assert.notEqual(simulated!.colour, measured!.colour)
})

test('runs that differ in one policy have the colours of their policies', () => {
  const forth = runsOf([fixture(), fixture({ election: 'most-advanced' })]).map(({ colour }) => colour)
  const back = runsOf([fixture({ election: 'most-advanced' }), fixture()]).map(({ colour }) => colour)
  assert.deepEqual(back, forth.toReversed())
})
