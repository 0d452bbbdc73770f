import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareTimestamps } from '../../../algorithms/timestamps/timestamp.ts'
import { check } from '../../../scenarios/checks/timestamps-ordered.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { crashRecord, operation, record, scenario } from '../healthy-history.ts'
import { anyItem, historyOf } from './stamped-history.ts'

test('timestamps in real-time order pass', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 299)
})

test('an operation sent after another was answered, with a smaller timestamp, is an inversion with its numbers', () => {
  const result = check(
    record({
      operations: [
        operation({ op: 0, sentUs: 10, endUs: 20, timestamp: { counter: 100, server: 0 } }),
        operation({ op: 1, sentUs: 15, endUs: 40, timestamp: { counter: 7, server: 1 } }),
        operation({ op: 2, sentUs: 21, endUs: 30, timestamp: { counter: 13, server: 1 } }),
        operation({ op: 3, sentUs: 50, endUs: 60, timestamp: { counter: 51, server: 1 } }),
      ],
    }),
    scenario(),
  )
  assert.equal(result.verdict, 'fail')
  assert.equal(result.examined, 2)
  assert.equal(result.evidence.length, 2)
  assert.equal(
    result.evidence[0],
    'write 2 (key 2) sent 0.000021 s got 13@1, 87 behind 100@0 of write 0 (key 0), answered 0.000020 s',
  )
  assert.match(result.detail, /^2 of 2 operations .* worst: write 2 /)
})

test('operations that overlap may be stamped in any order: sending, not the intended start, ends the overlap', () => {
  const first = operation({ op: 0, sentUs: 10, endUs: 20, timestamp: { counter: 100, server: 0 } })
  const overlapping = { op: 1, intendedUs: 0, endUs: 90, timestamp: { counter: 7, server: 1 } }
  const at = (sentUs: number) =>
    check(record({ operations: [first, operation({ ...overlapping, sentUs })] }), scenario())
  // Sent in the very microsecond of the answer: which came first is not known.
  assert.equal(at(20).verdict, 'unknown')
  assert.equal(at(21).verdict, 'fail')
})

test('in one session an operation sent in the very microsecond of an answer came after it', () => {
  const first = operation({ op: 0, session: 4, sentUs: 10, endUs: 20, timestamp: { counter: 100, server: 0 } })
  const next = { op: 1, sentUs: 20, endUs: 90, timestamp: { counter: 7, server: 1 } }
  const of = (session: number) => check(record({ operations: [first, operation({ ...next, session })] }), scenario())
  assert.equal(of(4).verdict, 'fail')
  assert.equal(of(5).verdict, 'unknown')
})

test('law: order agrees with comparing all pairs, also of sessions that do one operation right after the other', () => {
  const step = fc.record({ session: fc.nat(2), pauseUs: fc.nat(1), tookUs: fc.nat(3), counter: fc.nat(12) })
  let failed = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const freeUs = [0, 1, 2]
      const history = steps.map(({ session, pauseUs, tookUs, counter }, op) => {
        const sentUs = freeUs[session]! + pauseUs
        freeUs[session] = sentUs + tookUs
        return operation({ op, session, sentUs, endUs: sentUs + tookUs, timestamp: { counter, server: 0 } })
      })
      const before = (b: Operation) =>
        history.filter((a) => a.endUs! < b.sentUs! || (a.endUs === b.sentUs && a.session === b.session && a.op < b.op))
      const examined = history.filter((b) => before(b).length > 0)
      const inverted = examined.filter((b) => before(b).some((a) => compareTimestamps(a.timestamp!, b.timestamp!) >= 0))
      const result = check(record({ operations: history }), scenario())
      assert.equal(result.examined, examined.length)
      assert.equal(result.evidence.length, Math.min(20, inverted.length))
      if (result.verdict === 'fail') failed++
    }),
    { numRuns: 1_000 },
  )
  assert.ok(failed > 100)
})

test('a history without timestamps shows nothing about them', () => {
  const result = check(record({ operations: [operation({ op: 1 })] }), scenario())
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
})

test('law: order agrees with comparing all pairs', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 30 }), (items) => {
      const history = historyOf(items)
      const before = (b: Operation) =>
        history.filter((a) => a.timestamp !== null && a.endUs !== null && a.endUs < b.sentUs!)
      const sent = history.filter(({ timestamp, sentUs }) => timestamp !== null && sentUs !== null)
      const examined = sent.filter((b) => before(b).length > 0)
      const inverted = examined.filter((b) => before(b).some((a) => compareTimestamps(a.timestamp!, b.timestamp!) >= 0))
      const result = check(record({ operations: history }), scenario())
      assert.equal(result.examined, examined.length)
      assert.equal(result.verdict, inverted.length > 0 ? 'fail' : examined.length > 0 ? 'pass' : 'unknown')
      assert.equal(result.evidence.length, Math.min(20, inverted.length))
      if (inverted.length > 0) assert.match(result.detail, new RegExp(`^${inverted.length} of ${examined.length} `))
    }),
    { numRuns: 300 },
  )
})
