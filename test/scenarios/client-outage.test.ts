import assert from 'node:assert/strict'
import { type ClientOutage, clientOutage } from '../../scenarios/client-outage.ts'
import type { Operation } from '../../scenarios/record.ts'
import { test } from '../support/test.ts'
import { operation } from './history.ts'

const SECOND = 1_000_000

/** An operation every 100 ms; `#` succeeds 2 ms later, `x` fails, `?` is unknown, `_` was never sent. */
function history(marks: string): Operation[] {
  const outcomes = { '#': 'ok', x: 'failed', '?': 'unknown', _: 'unsent' } as const
  return [...marks].map((mark, op) => {
    const outcome = outcomes[mark as keyof typeof outcomes]
    const sentUs = outcome === 'unsent' ? null : op * 100_000
    return operation({ op, intendedUs: op * 100_000, sentUs, outcome, endUs: sentUs === null ? null : sentUs + 2_000 })
  })
}

function outage(marks: string, faultUs = 500_000, untilUs = Number.POSITIVE_INFINITY): ClientOutage {
  return clientOutage(history(marks), faultUs, untilUs, marks.length * 100_000)
}

const ended = (beganUs: number, durationUs: number): ClientOutage => ({ kind: 'ended', beganUs, durationUs })

const GOOD = '#'.repeat(11)

test('an outage lasts from the first failed operation to the first answer of a second of success', () => {
  assert.deepEqual(outage(`#####xxx${GOOD}`), ended(500_000, 302_000))
  assert.deepEqual(outage(`######?_x${GOOD}`), ended(600_000, 302_000))
})

test('success that does not last a second is part of the outage', () => {
  assert.deepEqual(outage(`#####x####x####x${GOOD}`), ended(500_000, 1_102_000))
  // Nine successes and a failure 0.9 s after the first of them; with one more success the outage had been over.
  assert.deepEqual(outage(`#####x#########x${GOOD}`), ended(500_000, 1_102_000))
  assert.deepEqual(outage(`#####x##########x${GOOD}`), ended(500_000, 102_000))
})

test('no failed operation is no outage, and failures of later troubles are not this one', () => {
  assert.deepEqual(outage(`xxx##${GOOD}`), { kind: 'none' })
  assert.deepEqual(outage(`##########xxx${GOOD}`, 500_000, SECOND), { kind: 'none' })
  assert.deepEqual(outage(`#########xxx${GOOD}`, 500_000, SECOND), ended(900_000, 302_000))
})

test('an outage whose end the run did not show stays open', () => {
  assert.deepEqual(outage('#####xxxx'), { kind: 'open', beganUs: 500_000 })
  assert.deepEqual(outage(`#####x${'#'.repeat(9)}`), { kind: 'open', beganUs: 500_000 })
  assert.deepEqual(outage(`#####x${'#'.repeat(10)}`), ended(500_000, 102_000))
})

test('an operation in flight at the fault that came to nothing counts from the fault', () => {
  const operations = history(`#####x${GOOD}`).map((item) =>
    item.op === 4 ? { ...item, outcome: 'unknown' as const, endUs: 3 * SECOND } : item,
  )
  // In flight when the fault struck at 0.45 s.
  assert.deepEqual(clientOutage(operations, 450_000, 9 * SECOND, 5 * SECOND), ended(450_000, 152_000))
})

test('operations that waited for the failover and then succeeded end the outage when they are answered', () => {
  const operations = history(`#####xx${GOOD}`).map((item) =>
    item.op >= 7 ? { ...item, endUs: 2 * SECOND + item.op } : item,
  )
  assert.deepEqual(clientOutage(operations, 500_000, 9 * SECOND, 5 * SECOND), ended(500_000, 1_500_007))
})
