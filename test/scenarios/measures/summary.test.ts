import assert from 'node:assert/strict'
import { clientOutagesOf } from '../../../scenarios/measures/client-outage.ts'
import { distributionOf, latencyOf, type Measured, measure } from '../../../scenarios/measures/summary.ts'
import { Samples } from '../../../scenarios/measures/summary-samples.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import type { Summary } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { crashRecord, operation, record, scenario } from '../healthy-history.ts'

function measured(record: RunRecord): Measured {
  return measure(record, scenario(), clientOutagesOf(record.operations, record.endedUs))
}

function countsOf({ ok, failed, unknown, unsent }: Summary['operations']) {
  return { ok, failed, unknown, unsent }
}

test('operations belong to the measured window by their intended start, and throughput to it by their end', () => {
  const { operations, offeredOpsPerSec, throughputOpsPerSec, write, read } = measured(crashRecord())
  assert.deepEqual(countsOf(operations), { ok: 330, failed: 20, unknown: 0, unsent: 0 })
  assert.equal(offeredOpsPerSec, 100)
  assert.equal(throughputOpsPerSec, 330 / 3.5)
  assert.equal(write.answered.count + read.answered.count, 330)
})

test('under saturation the work done is not nothing: what was wanted in the warm-up is answered in the window', () => {
  const operations = Array.from({ length: 200 }, (_, op) =>
    operation({ op, intendedUs: op * 1000, sentUs: op * 10_000, endUs: 500_000 + op * 10_000 }),
  )
  const late = measured(record({ operations, endedUs: 1_500_000 }))
  assert.equal(late.operations.ok, 0)
  assert.equal(late.throughputOpsPerSec, 101)
})

test('every outcome is counted, operations never sent as well', () => {
  const operations = (['ok', 'failed', 'unknown', 'unsent'] as const).map((outcome, op) =>
    operation({ op, intendedUs: 600_000 + op, outcome }),
  )
  const all = measured(record({ operations, endedUs: 1_500_000 }))
  assert.deepEqual(countsOf(all.operations), { ok: 1, failed: 1, unknown: 1, unsent: 1 })
  assert.equal(all.offeredOpsPerSec, 4)
  assert.equal(all.throughputOpsPerSec, 1)
})

test('a run that was interrupted in its warm-up has rates of zero, not of infinity', () => {
  const { throughputOpsPerSec, offeredOpsPerSec } = measured(record({ endedUs: 100_000 }))
  assert.deepEqual([throughputOpsPerSec, offeredOpsPerSec], [0, 0])
})

test('latency counts from the intended start, and who got no answer is counted beside it', () => {
  const operations = [
    operation({ op: 0, intendedUs: 1_000_000, sentUs: 1_050_000, endUs: 1_051_000 }),
    operation({ op: 1, intendedUs: 1_000_000, endUs: 3_000_000, outcome: 'unknown' }),
    operation({ op: 2, intendedUs: 1_000_000, endUs: 1_003_000, kind: 'read' }),
    operation({ op: 3, intendedUs: 1_000_000, sentUs: null, endUs: null, outcome: 'unsent' }),
  ]
  const { write, read } = measured(record({ operations }))
  const { sent, ...answered } = latencyOf(write)
  const all = { p50: 51, p90: 51, p95: 51, p99: 51, p999: 51, max: 51, mean: 51 }
  assert.deepEqual(answered, { count: 1, ...all, leftOut: 2, neverSent: 1 })
  // Its outage was not seen to end before the workload did, at 4 s.
  assert.deepEqual([sent!.count, sent!.p99], [2, 3000])
  assert.equal(latencyOf(read).p50, 3)
  assert.deepEqual([latencyOf(read).leftOut, latencyOf(read).sent!.p50], [0, 3])
})

test('who was refused at once is no fast operation: it counts until its outage was over', () => {
  const { write } = measured(crashRecord())
  const { leftOut, sent, max } = latencyOf(write)
  assert.deepEqual([leftOut, max], [15, 100])
  // Wanted at 1 s and refused 2 ms later; clients were served again at 1.3 s.
  assert.ok(sent!.p999 === 300 && sent!.p50 === 2, JSON.stringify(sent))
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

test('a 95th percentile has 95 % below it, and shares are of all operations of the measured window', () => {
  const operations = Array.from({ length: 100 }, (_, i) =>
    operation({ op: i, intendedUs: 1_000_000, endUs: 1_000_500 + i * 1000, outcome: i < 3 ? 'failed' : 'ok' }),
  )
  const { write, operations: counted } = measured(record({ operations }))
  // The 97 answered ones took 3.5 ms to 99.5 ms: the 93rd of them is the first that 95 % do not exceed.
  assert.equal(latencyOf(write).p95, 95.5)
  assert.deepEqual(
    [counted.okShare, counted.failedShare, counted.unknownShare, counted.unsentShare],
    [0.97, 0.03, 0, 0],
  )
  const { operations: none } = measured(record({ operations: [] }))
  assert.deepEqual([none.okShare, none.failedShare], [null, null])
})
