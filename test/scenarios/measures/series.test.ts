import assert from 'node:assert/strict'
import fc from 'fast-check'
import { intervalMsFor, seriesOf } from '../../../scenarios/measures/series.ts'
import { test } from '../../support/test.ts'
import { crashRecord, operation, record, scenario } from '../healthy-history.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

test('the interval keeps a run within 300 rows, with ten operations in each unless that leaves fewer than 20', () => {
  assert.equal(intervalMsFor(30_000_000, 400), 100)
  assert.equal(intervalMsFor(60_000_000, 2000), 200)
  assert.equal(intervalMsFor(1_000_000, 2000), 10)
  assert.equal(intervalMsFor(30_000_000, 20), 500)
  assert.equal(intervalMsFor(30_000_000, 0.001), 2000)
  assert.equal(intervalMsFor(24 * 3600 * 1_000_000, 1), 300_000)
})

test('answers are counted when they come: none during a failover, a burst after it', () => {
  const series = seriesOf(crashRecord(), scenario())
  assert.equal(series.intervalMs, 100)
  assert.equal(series.tMs.length, 40)
  assert.deepEqual(series.ok.slice(9, 15), [10, 0, 0, 0, 20, 10])
  assert.deepEqual(series.failed.slice(9, 13), [0, 10, 10, 0])
  assert.deepEqual(series.offered.slice(9, 15), [10, 10, 10, 10, 10, 10])
})

test('latencies stand where their operations were intended, and are null where none succeeded', () => {
  const { writeMs, readMs } = seriesOf(crashRecord(), scenario())
  assert.deepEqual(writeMs.p99.slice(9, 14), [2, null, null, 100, 2])
  assert.deepEqual(readMs.p50.slice(9, 14), [2, null, null, 50, 2])
})

test('nobody is the source from the decision until the new reign', () => {
  const { source } = seriesOf(crashRecord(), scenario())
  assert.deepEqual(source.slice(9, 15), ['node1', 'node1', null, null, 'node3', 'node3'])
})

test('the largest lag of each interval is kept per node', () => {
  const lag = [{ node: 'node2', commitUs: [10, 20, 150_000], lagUs: [5_000, 7_000, 1_000] }]
  const { lagMs } = seriesOf(crashRecord({ lag }), scenario())
  assert.deepEqual(lagMs.node2!.slice(0, 3), [7, 1, null])
})

test('law: no operation is lost between the columns, whenever it was answered', () => {
  const any = fc.record({
    intendedUs: fc.nat(3_999_999),
    tookUs: fc.option(fc.nat(3_000_000)),
    outcome: fc.constantFrom('ok' as const, 'failed' as const, 'unknown' as const, 'unsent' as const),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 50 }), (items) => {
      const operations = items.map(({ intendedUs, tookUs, outcome }, op) =>
        operation({ op, intendedUs, endUs: tookUs === null ? null : intendedUs + tookUs, outcome }),
      )
      const series = seriesOf(record({ operations }), scenario())
      assert.equal(sum(series.offered), items.length)
      for (const outcome of ['ok', 'failed', 'unknown'] as const)
        assert.equal(sum(series[outcome]), items.filter((item) => item.outcome === outcome).length)
      const rows = series.tMs.length
      for (const column of [series.offered, series.ok, series.source, series.writeMs.p50, series.readMs.p99])
        assert.equal(column.length, rows)
    }),
  )
})
