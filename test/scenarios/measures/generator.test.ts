import assert from 'node:assert/strict'
import { generatorOf } from '../../../scenarios/measures/generator.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { fault, operation, scenario } from '../healthy-history.ts'

const ms = (value: number) => value * 1000

/** One operation each millisecond, sent `lateMs` after it was due, by one client that is answered after `tookMs`. */
function history(lateMs: number, tookMs: number): Operation[] {
  return Array.from({ length: 100 }, (_, op) => {
    const sentUs = ms(op + lateMs)
    return operation({ op, session: 1, intendedUs: ms(op), sentUs, endUs: sentUs + ms(tookMs) })
  })
}

const judged = (operations: readonly Operation[], faults = [fault({ atUs: ms(90) })]) =>
  generatorOf(operations, { faults, endedUs: ms(100) }, scenario())

test('operations sent when they were due are nobody to blame', () => {
  assert.deepEqual(judged(history(0, 0.5)), {
    verdict: 'kept up',
    clients: 32,
    due: 90,
    late: 0,
    medianWaitMs: null,
    answerMeanMs: 0.5,
  })
  assert.equal(judged([]).verdict, 'kept up')
})

test('a client that still waits for an answer when its next operation is due is one too few', () => {
  const found = judged(history(40, 2))
  assert.deepEqual([found.verdict, found.late, found.medianWaitMs, found.answerMeanMs], ['out of clients', 90, 40, 2])
})

test('a free client that sends late is on a machine that was busy', () => {
  const sparse = Array.from({ length: 9 }, (_, op) =>
    operation({ op, session: 1, intendedUs: ms(op * 10), sentUs: ms(op * 10 + 15), endUs: ms(op * 10 + 8) }),
  )
  assert.equal(judged(sparse).verdict, 'late')
})

test('what was never sent is late, and what was due after a fault is not looked at', () => {
  const unsent = history(0, 0.5).map((item) =>
    item.op >= 50 ? { ...item, sentUs: null, endUs: null, session: null, outcome: 'unsent' as const } : item,
  )
  assert.deepEqual([judged(unsent).verdict, judged(unsent).late], ['out of clients', 40])
  assert.equal(judged(unsent, [fault({ atUs: ms(50) })]).verdict, 'kept up')
})
