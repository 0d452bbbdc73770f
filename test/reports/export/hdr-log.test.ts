import assert from 'node:assert/strict'
import { HistogramLogReader } from 'hdr-histogram-js'
import { hdrLog } from '../../../reports/export/hdr-log.ts'
import { read, write } from '../../scenarios/checks/linearizability/histories.ts'
import { test } from '../../support/test.ts'

test('an HdrHistogram log holds the latencies of each second, tagged by kind, and its own reader reads them', () => {
  const failed = write(4, 0, 9, { outcome: 'failed' })
  const operations = [write(1, 0, 5000), read(2, 0, 2000, null), write(3, 1_000_000, 1_800_000), failed].map((one) => ({
    ...one,
    intendedUs: one.sentUs!,
  }))
  const reader = new HistogramLogReader([...hdrLog({ seed: 1, operations } as never)].join(''))
  const seen: unknown[] = []
  for (let one = reader.nextIntervalHistogram(); one !== null; one = reader.nextIntervalHistogram())
    seen.push([one.tag, one.startTimeStampMsec, one.totalCount, Math.round(one.maxValue / 1e6)])
  assert.deepEqual(seen, [
    ['write', 0, 1, 5],
    ['read', 0, 1, 2],
    ['write', 1000, 1, 800],
  ])
})
