import assert from 'node:assert/strict'
import { spaceOf } from '../../../scenarios/swarm/space.ts'
import { Tally } from '../../../scenarios/swarm/tally.ts'
import { tallyText } from '../../../scenarios/swarm/tally-text.ts'
import { FuzzThreads } from '../../../sim/host/fuzz-threads.ts'
import { test } from '../../support/test.ts'

const SPACE = spaceOf({ name: 'threads', checks: ['timestamps-unique', 'single-writer'] }, 'threads.yaml')

async function tallyOf(jobs: number, seeds: number, onChunk: () => void, signal: AbortSignal): Promise<Tally> {
  const threads = new FuzzThreads(SPACE, jobs)
  const tally = new Tally()
  try {
    await threads.run(
      Array.from({ length: seeds }, (_, seed) => seed).values(),
      (outcomes) => {
        for (const outcome of outcomes) tally.add(outcome)
        onChunk()
      },
      signal,
    )
    return tally
  } finally {
    await threads.end()
  }
}

test('one thread and three threads make the same table', { deadlineMs: 60_000 }, async () => {
  const tables: string[] = []
  for (const jobs of [1, 3]) {
    const tally = await tallyOf(jobs, 50, () => {}, new AbortController().signal)
    assert.equal(tally.seeds, 50)
    tables.push(tallyText(tally, () => null))
  }
  assert.equal(tables[0], tables[1])
})

test('an abort ends a swarm soon, with what it has', { deadlineMs: 60_000 }, async () => {
  const controller = new AbortController()
  const tally = await tallyOf(2, 1_000_000, () => controller.abort(), controller.signal)
  assert.ok(tally.seeds > 0 && tally.seeds < 1000)
})

test('the first seed that convicts is the same for one thread and for three', { deadlineMs: 60_000 }, async () => {
  const written = {
    name: 'restarted',
    algorithms: { timestamps: 'odd-even' },
    checks: ['timestamps-unique'],
    fuzz: { faults: ['crash'] },
  }
  const accusation = { check: 'timestamps-unique', instead: { algorithms: { timestamps: 'taas' } }, keep: {} }
  const found: (number | null)[] = []
  for (const jobs of [1, 3]) {
    const threads = new FuzzThreads(spaceOf(written, 'restarted.yaml'), jobs)
    try {
      const seeds = Array.from({ length: 200 }, (_, seed) => seed).values()
      found.push(await threads.hunt(seeds, accusation, () => {}, new AbortController().signal))
    } finally {
      await threads.end()
    }
  }
  assert.notEqual(found[0], null)
  assert.equal(found[0], found[1])
})
