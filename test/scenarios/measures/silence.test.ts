import assert from 'node:assert/strict'
import fc from 'fast-check'
import { longestSilence } from '../../../scenarios/measures/silence.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { operation } from '../healthy-history.ts'

const ms = (value: number) => value * 1000

/** Wanted at the first moment, answered at the second; with an outcome where that is not ok. All in milliseconds. */
function history(...spans: (readonly [number, number | null, Operation['outcome']?])[]): Operation[] {
  return spans.map(([wanted, ended, outcome = 'ok'], op) =>
    operation({ op, intendedUs: ms(wanted), endUs: ended === null ? null : ms(ended), outcome }),
  )
}

test('operations that all succeed late are a silence, from the first that was kept waiting', () => {
  const operations = history([0, 2], [10, 12], [20, 3020], [30, 3021], [3100, 3102])
  assert.deepEqual(longestSilence(operations, ms(4000)), { durationMs: 3000, startMs: 20 })
})

test('time in which nothing was wanted is none', () => {
  assert.deepEqual(longestSilence(history([0, 2], [1000, 1003], [2000, 2001]), ms(9000)), {
    durationMs: 3,
    startMs: 1000,
  })
  assert.deepEqual(longestSilence([], ms(9000)), { durationMs: 0, startMs: null })
})

test('while others are answered nobody is silent, and a failure is no answer', () => {
  const stuck = history([0, 900], [100, 102], [200, 202], [300, 302])
  assert.equal(longestSilence(stuck, ms(1000)).durationMs, 598)
  const refused = history([0, 2], [100, 101, 'failed'], [200, 201, 'failed'], [300, 302])
  assert.deepEqual(longestSilence(refused, ms(400)), { durationMs: 202, startMs: 100 })
})

test('a silence that the run did not end lasts at least until everybody had given up', () => {
  const operations = history([0, 2], [100, 8100, 'unknown'], [200, null, 'unsent'])
  assert.deepEqual(longestSilence(operations, ms(1000)), { durationMs: 8000, startMs: 100 })
  assert.deepEqual(longestSilence(history([0, null, 'unsent']), ms(1000)), { durationMs: 1000, startMs: 0 })
})

test('law: as looking at every moment finds it', () => {
  const outcomes = fc.constantFrom('ok' as const, 'ok' as const, 'failed' as const)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 40 }), outcomes), { minLength: 1, maxLength: 12 }),
      (drawn) => {
        const spans = drawn.map(([wanted, took, outcome]) => [wanted, wanted + took, outcome] as const)
        const operations = history(...spans.sort((a, b) => a[0] - b[0]))
        assert.equal(longestSilence(operations, ms(61)).durationMs, byEveryMoment(spans))
      },
    ),
  )
})

/** Counts upwards from every moment at which somebody wants something, until an answer comes. */
function byEveryMoment(spans: readonly (readonly [number, number, string])[]): number {
  const lastMs = Math.max(61, ...spans.map(([, ended]) => ended))
  const answers = spans.filter(([, , outcome]) => outcome === 'ok').map(([, ended]) => ended)
  let longest = 0
  for (const [wanted, ended] of spans)
    for (let from = wanted; from < ended; from++) {
      const until = answers.filter((answer) => answer > from).sort((a, b) => a - b)[0] ?? lastMs
      longest = Math.max(longest, until - from)
    }
  return longest
}
