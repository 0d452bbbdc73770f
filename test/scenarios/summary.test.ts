import assert from 'node:assert/strict'
import { distributionOf, latencyOf, measure } from '../../scenarios/summary.ts'
import { Samples } from '../../scenarios/summary-samples.ts'
import { test } from '../support/test.ts'
import { crashRecord, operation, record, scenario } from './history.ts'

test('measured is what was intended after the warm-up, per second of the measured time', () => {
  const measured = measure(crashRecord(), scenario())
  assert.deepEqual(measured.operations, { ok: 330, failed: 20, unknown: 0, unsent: 0 })
  assert.equal(measured.offeredOpsPerSec, 100)
  assert.equal(measured.throughputOpsPerSec, 330 / 3.5)
  assert.equal(measured.write.count + measured.read.count, 330)
})

test('every outcome is counted, operations never sent as well', () => {
  const operations = (['ok', 'failed', 'unknown', 'unsent'] as const).map((outcome, op) =>
    operation({ op, intendedUs: 600_000 + op, outcome }),
  )
  const measured = measure(record({ operations, endedUs: 1_500_000 }), scenario())
  assert.deepEqual(measured.operations, { ok: 1, failed: 1, unknown: 1, unsent: 1 })
  assert.equal(measured.offeredOpsPerSec, 4)
  assert.equal(measured.throughputOpsPerSec, 1)
})

test('a run that was interrupted in its warm-up has rates of zero, not of infinity', () => {
  const measured = measure(record({ endedUs: 100_000 }), scenario())
  assert.deepEqual([measured.throughputOpsPerSec, measured.offeredOpsPerSec], [0, 0])
})

test('latency counts from the intended start, and only operations answered ok have one', () => {
  const operations = [
    operation({ op: 0, intendedUs: 1_000_000, sentUs: 1_050_000, endUs: 1_051_000 }),
    operation({ op: 1, intendedUs: 1_000_000, endUs: 3_000_000, outcome: 'unknown' }),
    operation({ op: 2, intendedUs: 1_000_000, endUs: 1_003_000, kind: 'read' }),
  ]
  const { write, read } = measure(record({ operations }), scenario())
  assert.deepEqual(latencyOf(write), { count: 1, p50: 51, p90: 51, p99: 51, p999: 51, max: 51, mean: 51 })
  assert.equal(latencyOf(read).p50, 3)
})

test('a distribution rises in both columns, from about the fastest to the slowest, and is empty without samples', () => {
  const samples = new Samples()
  for (let i = 1; i <= 5_000; i++) samples.add(i % 7 === 0 ? i * 100 : i)
  const { ms, fraction } = distributionOf(samples)
  assert.equal(ms.length, fraction.length)
  for (let i = 1; i < ms.length; i++) assert.ok(ms[i]! > ms[i - 1]! && fraction[i]! > fraction[i - 1]!)
  assert.equal(fraction.at(-1), 1)
  assert.equal(ms.at(-1), samples.maxUs / 1000)
  assert.deepEqual(distributionOf(new Samples()), { ms: [], fraction: [] })
})
