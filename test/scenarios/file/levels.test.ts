import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { Schedule } from '../../../scenarios/clients/operation-schedule.ts'
import { drawLevel, levelsText, mayOffer } from '../../../scenarios/file/levels.ts'
import { test } from '../../support/test.ts'
import { scenario } from '../healthy-history.ts'

const SHARES = { STRONG: 0.5, EVENTUAL: 0.2, SESSION: 0.3 }

test('levels are drawn by their shares, whatever order they are written in, and never one without a share', () => {
  assert.equal(drawLevel(SHARES, 0), 'STRONG')
  assert.equal(drawLevel(SHARES, 0.499), 'STRONG')
  assert.equal(drawLevel(SHARES, 0.5), 'SESSION')
  assert.equal(drawLevel(SHARES, 0.8), 'EVENTUAL')
  // Shares that add up to a little less than 1.
  assert.equal(drawLevel({ STRONG: 0.1, SESSION: 0.2, EVENTUAL: 0.7 - 1e-10 }, 1 - 1e-12), 'EVENTUAL')
  assert.equal(drawLevel({ SESSION: 1, EVENTUAL: 0 }, 1 - 1e-16), 'SESSION')
})

test('a workload of shares offers each level about that often, at the same moments as a workload of one level', () => {
  const { workload } = scenario()
  const drawn = (consistency: (typeof workload)['consistency']) => {
    const schedule = new Schedule({ ...workload, durationUs: 100_000_000, consistency }, new RandomStreams(1))
    const operations = []
    while (schedule.advance()) operations.push({ ...schedule })
    return operations
  }
  const mixed = drawn(SHARES)
  assert.equal(mixed.length, 9_999)
  for (const [level, share] of Object.entries(SHARES))
    assert.ok(Math.abs(mixed.filter(({ consistency }) => consistency === level).length / 9_999 - share) < 0.02, level)
  const single = drawn('STRONG')
  assert.deepEqual(
    mixed.map((operation) => ({ ...operation, consistency: 'STRONG' })),
    single,
  )
})

test('what a workload may offer, and how it is said', () => {
  assert.equal(mayOffer('STRONG', 'STRONG'), true)
  assert.equal(mayOffer('STRONG', 'SESSION'), false)
  assert.equal(mayOffer({ STRONG: 1, SESSION: 0 }, 'SESSION'), false)
  assert.equal(levelsText('EVENTUAL'), 'EVENTUAL')
  assert.equal(levelsText(SHARES), '50 % STRONG, 30 % SESSION, 20 % EVENTUAL')
  assert.equal(levelsText({ STRONG: 1, EVENTUAL: 0 }), '100 % STRONG')
})
