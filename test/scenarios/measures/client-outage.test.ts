import assert from 'node:assert/strict'
import { type ClientOutage, clientOutagesOf, describeOutages } from '../../../scenarios/measures/client-outage.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { operation } from '../healthy-history.ts'

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

/** When each outage began and ended, in milliseconds. */
function outages(marks: string): (number | null)[][] {
  return spans(clientOutagesOf(history(marks), marks.length * 100_000))
}

function spans(found: readonly ClientOutage[]): (number | null)[][] {
  return found.map(({ beganUs, endedUs }) => [beganUs / 1000, endedUs === null ? null : endedUs / 1000])
}

const GOOD = '#'.repeat(11)

test('an outage lasts from the first failed operation to the first answer of a second of success', () => {
  assert.deepEqual(outages(`#####xxx${GOOD}`), [[500, 802]])
  assert.deepEqual(outages(`######?xx${GOOD}`), [[600, 902]])
  assert.deepEqual(clientOutagesOf(history(`#####x?x${GOOD}`), 1_900_000), [
    { beganUs: 500_000, endedUs: 802_000, failed: 2, unknown: 1 },
  ])
})

test('success that does not last a second is part of the outage', () => {
  assert.deepEqual(outages(`#####x####x####x${GOOD}`), [[500, 1602]])
  // Nine successes and a failure 0.9 s after the first of them; with one more success the outage had been over.
  assert.deepEqual(outages(`#####x#########x${GOOD}`), [[500, 1602]])
  assert.deepEqual(outages(`#####x##########x${GOOD}`), [
    [500, 602],
    [1600, 1702],
  ])
})

test('no failed operation is no outage, and what failed needs no fault to be one', () => {
  assert.deepEqual(outages(GOOD), [])
  assert.deepEqual(outages(`xxx##${GOOD}`), [[0, 302]])
})

test('an outage whose end the run did not show stays open', () => {
  assert.deepEqual(outages('#####xxxx'), [[500, null]])
  assert.deepEqual(outages(`#####x${'#'.repeat(9)}`), [[500, null]])
  assert.deepEqual(outages(`#####x${'#'.repeat(10)}`), [[500, 602]])
})

test('what was never sent is neither a failure nor a success', () => {
  assert.deepEqual(outages(`${GOOD}______`), [])
  assert.deepEqual(outages(`#####x${'#'.repeat(9)}______`), [[500, null]])
})

test('an operation in flight at the fault that came to nothing counts from its own intended start', () => {
  const operations = history(`#####x${GOOD}`).map((item) =>
    item.op === 4 ? { ...item, outcome: 'unknown' as const, endUs: 3 * SECOND } : item,
  )
  assert.deepEqual(spans(clientOutagesOf(operations, 5 * SECOND)), [[400, 602]])
})

test('operations that waited for the failover and then succeeded end the outage when they are answered', () => {
  const operations = history(`#####xx${GOOD}`).map((item) =>
    item.op >= 7 ? { ...item, endUs: 2 * SECOND + item.op } : item,
  )
  assert.deepEqual(spans(clientOutagesOf(operations, 5 * SECOND)), [[500, 2000.007]])
})

test('a failure that was wanted before the success was answered belongs to the same outage', () => {
  const operations = history(`#####x${GOOD}x${GOOD}`).map((item) =>
    item.op >= 6 && item.op < 17 ? { ...item, endUs: 1_900_000 } : item,
  )
  assert.deepEqual(spans(clientOutagesOf(operations, 5 * SECOND)), [[500, 1802]])
})

test('several outages have a total and a longest; none is 0, and one that is open is null', () => {
  const described = (marks: string) => {
    const { each, ...rest } = describeOutages(clientOutagesOf(history(marks), marks.length * 100_000))
    return [rest.outcome, rest.count, rest.totalMs, rest.longestMs, each.map(({ durationMs }) => durationMs)]
  }
  assert.deepEqual(described(GOOD), ['none', 0, 0, 0, []])
  assert.deepEqual(described(`x${GOOD}xx${GOOD}`), ['ended', 2, 304, 202, [102, 202]])
  assert.deepEqual(described(`x${GOOD}xx`), ['open', 2, null, null, [102, null]])
})

test('a transaction that gave way to another one begins no outage, and ends none', () => {
  const why = { code: 'deadlock', errno: 1213, sqlState: '40001' } as const
  const gaveWay = (marks: string) =>
    history(marks).map((one) => (one.outcome === 'failed' ? { ...one, moreKeys: [1], why } : one))
  assert.deepEqual(spans(clientOutagesOf(gaveWay('####x######'), 1_100_000)), [])
  assert.equal(clientOutagesOf(history('####x######'), 1_100_000).length, 1)
})
