import assert from 'node:assert/strict'
import { readoutOf } from '../../../reports/charts/readout.ts'
import { runsOf } from '../../../reports/runs.ts'
import type { Result } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { fixture } from '../fixtures.ts'

function withTimes(result: Result, intervalMs: number, tMs: readonly number[]): Result {
  return { ...result, series: { ...result.series, intervalMs, tMs } }
}

test('runs of different length and interval are read at the same moments', () => {
  const fine = withTimes(fixture(), 100, [0, 100, 200, 300, 400])
  const coarse = withTimes(fixture({ world: 'local' }), 200, [0, 200])
  const columns = new Map([
    [fine, [1, 2, 3, 4, 5]],
    [coarse, [10, 20]],
  ])
  const readout = readoutOf(runsOf([fine, coarse]), ({ result }) => [
    { label: 'ok', unit: '/s', values: columns.get(result)! },
  ])
  assert.deepEqual(readout.timesMs, [0, 100, 200, 300, 400])
  assert.deepEqual(
    readout.lines.map(({ label, values }) => [label, values]),
    [
      ['ok, simulated', [1, 2, 3, 4, 5]],
      ['ok, measured', [10, 10, 20, 20, null]],
    ],
  )
})
