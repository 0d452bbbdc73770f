import assert from 'node:assert/strict'
import { drawScenario } from '../../scenarios/swarm/draw.ts'
import { spaceOf } from '../../scenarios/swarm/space.ts'
import { Tally } from '../../scenarios/swarm/tally.ts'
import { runSeed, runWritten, shrinkFailure } from '../../sim/swarm.ts'
import { test } from '../support/test.ts'

const SEEDS = 150
const EVERYTHING = spaceOf({ name: 'everything' }, 'everything.yaml')

test(`the sound forms survive ${SEEDS} seeds of the swarm, and most of them see a failover`, {
  deadlineMs: 120_000,
}, () => {
  const tally = new Tally()
  for (let seed = 0; seed < SEEDS; seed++) tally.add(runSeed(EVERYTHING, seed, () => false)!)
  assert.deepEqual(
    tally.groups.map(({ first, check }) => `seed ${first.seed}: ${check}: ${first.failure.detail}`),
    [],
  )
  assert.ok(tally.total.failovers >= SEEDS / 2, `only ${tally.total.failovers} of ${SEEDS} runs had a failover`)
  assert.ok(tally.total.refusals <= SEEDS / 20, `${tally.total.refusals} of ${SEEDS} runs ended without a source`)
})

test('timestamps that begin again after a restart are found', { deadlineMs: 60_000 }, () => {
  const space = spaceOf(
    {
      name: 'restarted',
      algorithms: { timestamps: 'odd-even' },
      checks: ['timestamps-unique'],
      fuzz: { faults: ['crash'] },
    },
    'restarted.yaml',
  )
  let seed = 0
  while (runSeed(space, seed, () => false)!.failures.length === 0) assert.ok(++seed < 100, 'not within 100 seeds')
})

test('a seed has one outcome, to the digest', () => {
  const outcome = () => runSeed(EVERYTHING, 11, () => false)
  assert.deepEqual(outcome(), outcome())
})

test('what is asked to stop has no outcome', () => {
  assert.equal(runWritten(drawScenario(EVERYTHING, 3), 3, () => true).outcome, null)
})

test('a failure is made small, and small it fails in the same way every time', { deadlineMs: 60_000 }, () => {
  const space = spaceOf(
    {
      name: 'reused',
      algorithms: { timestamps: 'odd-even' },
      checks: ['timestamps-unique'],
      fuzz: { faults: ['crash'] },
    },
    'reused.yaml',
  )
  let seed = 0
  while (runSeed(space, seed, () => false)!.failures.length === 0) seed++
  const start = { written: drawScenario(space, seed), seed }
  const small = shrinkFailure(start, 'timestamps-unique', { limit: 3000, shouldStop: () => false })
  assert.ok((small.written.faults as unknown[]).length <= 2)
  const outcome = () => runWritten(small.written, small.seed, () => false).outcome!
  assert.equal(outcome().failures[0]!.check, 'timestamps-unique')
  assert.equal(outcome().digest, outcome().digest)
})

test('a role that nobody plays when its fault is due leaves a run as it is', () => {
  const steps = ['node2', 'node3', 'node4'].map((node) => ({ at: '100ms', crash: node }))
  const faults = [...steps, { at: '200ms', slow: 'replica', cpu: 0.5 }]
  const written = { name: 'nobody', workload: { ratePerSec: 20, duration: '1s' }, faults, checks: ['single-writer'] }
  assert.deepEqual(runWritten(written, 1, () => false).outcome!.failures, [])
})
