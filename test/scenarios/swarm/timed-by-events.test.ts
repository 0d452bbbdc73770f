import assert from 'node:assert/strict'
import type { Written } from '../../../scenarios/file/written.ts'
import type { Failing } from '../../../scenarios/swarm/shrink.ts'
import { timedByEvents } from '../../../scenarios/swarm/timed-by-events.ts'
import { test } from '../../support/test.ts'
import { crashOperations, crashRecord } from '../healthy-history.ts'

const stepOf = ({ written }: Failing) => (written.faults as readonly Written[])[0]!

test('a step at the very beginning hangs on the first answer', () => {
  const answers = crashOperations().filter(({ outcome }) => outcome === 'ok')
  const first = answers.reduce((a, b) => (b.endUs! < a.endUs! ? b : a))
  const atUs = first.endUs! - 1000
  const start = { written: { name: 'x', faults: [{ at: `${atUs}us`, crash: 'node2' }] }, seed: 1 }
  // What was under way at that moment could be taken first; the plain order of answers is asked for.
  const isPlain = (candidate: Failing) => !JSON.stringify(stepOf(candidate)).includes('receivedBy')
  assert.deepEqual(stepOf(timedByEvents(start, isPlain, () => crashRecord())), {
    after: { op: first.op },
    crash: 'node2',
  })
})

test('where it fails no more, a step keeps its time', () => {
  const start = { written: { name: 'x', faults: [{ at: '1s', crash: 'node2' }] }, seed: 1 }
  assert.deepEqual(
    timedByEvents(
      start,
      () => false,
      () => crashRecord(),
    ),
    start,
  )
})
