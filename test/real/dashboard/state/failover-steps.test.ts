import assert from 'node:assert/strict'
import { lengthMs, stepRows } from '../../../../real/dashboard/state/failover-steps.ts'
import { test } from '../../../support/test.ts'
import { failoverOf } from '../healthy-system.ts'

const NOW_MS = 1_000_000

test('each step lasts until the next, and the first write stands where it happened', () => {
  const record = failoverOf(NOW_MS)
  const bare = { ...record, steps: record.steps.filter(({ phase }) => phase !== 'firstWrite') }
  const rows = stepRows(bare, NOW_MS)
  assert.deepEqual(rows, stepRows(record, NOW_MS))
  assert.equal(rows.find(({ label }) => label === 'First write')?.fromMs, record.firstWriteMs)
  rows.slice(0, -1).forEach((row, index) => {
    assert.ok(Math.abs(row.fromMs + row.lastedMs - rows[index + 1]!.fromMs) < 1e-6, row.label)
  })
})

test('the last step of one that runs grows with the clock', () => {
  const done = failoverOf(NOW_MS)
  const record = {
    ...done,
    verdict: 'running' as const,
    endedAtMs: null,
    firstWriteMs: null,
    steps: done.steps.slice(0, 3),
  }
  const [last, later] = [100, 250].map((ms) => stepRows(record, done.startedAtMs + ms).at(-1)!)
  assert.equal(later!.lastedMs - last!.lastedMs, 150)
  assert.equal(later!.isRunning, true)
  assert.equal(lengthMs(record, done.startedAtMs + 250), 250)
})
