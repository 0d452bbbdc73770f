import assert from 'node:assert/strict'
import { outageLines, outageSentences, silenceText } from '../../reports/outages.ts'
import type { OutageSummary } from '../../scenarios/result-durations.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'

const plain = (lines: readonly string[]) => lines.map((line) => line.replaceAll('\u00a0', ' '))
const one = { startMs: 5000, durationMs: 300, failed: 12, unknown: 2 }
const open = { startMs: 9000, durationMs: null, failed: 1, unknown: 0 }

function summary(each: OutageSummary['each'], silenceMs = 3) {
  const durations = each.map(({ durationMs }) => durationMs)
  const [totalMs, longestMs] = durations.includes(null)
    ? [null, null]
    : [durations.reduce((sum: number, ms) => sum + ms!, 0), Math.max(0, ...(durations as number[]))]
  const outages: OutageSummary = { outcome: 'ended', count: each.length, totalMs, longestMs, each }
  return { ...fixture().summary, outages, longestSilenceMs: silenceMs, longestSilenceStartMs: 5028 }
}

test('each outage has a line; several have a total and a longest, and no mean', () => {
  assert.deepEqual(plain(outageLines(summary([one]))), ['300 ms from 5.0 s: 12 failed, 2 unknown'])
  assert.deepEqual(plain(outageLines(summary([one, { ...one, startMs: 7000, durationMs: 500 }]))), [
    '2 outages, 800 ms in all, the longest 500 ms',
    '300 ms from 5.0 s: 12 failed, 2 unknown',
    '500 ms from 7.0 s: 12 failed, 2 unknown',
  ])
})

test('an outage that never happened and one that was not seen to end are told apart', () => {
  assert.deepEqual(outageLines(summary([])), ['none: no operation failed'])
  assert.deepEqual(plain(outageLines(summary([open]))), ['from 9.0 s, not seen to end: 1 failed, 0 unknown'])
  assert.match(outageLines(summary([one, open]))[0]!, /one was not seen to end/)
})

test('an outage that no failover tells of is told, whatever was hit', () => {
  assert.deepEqual(plain(outageSentences(summary([one]), [])), [
    'From 5.0 s on clients had no service for 300 ms: 12 operations failed and 2 ended with an unknown outcome.',
  ])
  assert.deepEqual(outageSentences(summary([one]), [5000]), [])
})

test('where every operation was late and none failed, the silence is told', () => {
  assert.deepEqual(plain(outageSentences(summary([], 2974), [])), [
    'No operation failed, but from 5.0 s on nobody was answered for 2.97 s.',
  ])
  assert.deepEqual(outageSentences(summary([], 3), []), [])
  assert.equal(silenceText(summary([], 2974))!.replaceAll('\u00a0', ' '), '2.97 s from 5.0 s')
  assert.equal(silenceText(fixture().summary), null, 'results of 0.1.0 do not know it')
})
