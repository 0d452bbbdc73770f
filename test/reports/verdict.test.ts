import assert from 'node:assert/strict'
import { verdictLine, verdictOf } from '../../reports/verdict.ts'
import { exitCodeOf } from '../../scenarios/measures/expectations.ts'
import type { CheckResult, ExpectationResult, Result, Verdict } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'

const VERDICTS: readonly Verdict[] = ['pass', 'fail', 'unknown']

const check = (name: string, verdict: Verdict): CheckResult => ({
  name,
  verdict,
  detail: '',
  evidence: [],
  examined: 1,
})
const expectation = (path: string, limit: string, verdict: Verdict): ExpectationResult => ({
  path,
  op: '==',
  limit,
  actual: null,
  verdict,
})
const judged = (checks: readonly CheckResult[], expectations: readonly ExpectationResult[]): Result => ({
  ...fixture(),
  checks,
  expectations,
})

test('the verdict is "pass" exactly where the exit code is 0', () => {
  for (const a of VERDICTS)
    for (const b of VERDICTS)
      for (const path of ['checks', 'checks.a', 'failoverMs.max'])
        for (const expected of VERDICTS)
          for (const expectations of [[], [expectation(path, 'x', expected)]]) {
            const result = judged([check('a', a), check('b', b)], expectations)
            assert.equal(verdictOf(result) === 'pass', exitCodeOf(result) === 0, JSON.stringify([a, b, expectations]))
          }
})

test('a check that fails as the scenario expects is no failure, and is named', () => {
  const result = judged(
    [check('timestamps-ordered', 'fail')],
    [expectation('checks.timestamps-ordered', 'fail', 'pass')],
  )
  assert.equal(verdictOf(result), 'pass')
  assert.equal(verdictLine(result), 'fails, as expected: timestamps-ordered')
})

test('what is broken is named once', () => {
  const result = judged([check('single-writer', 'fail'), check('x', 'pass')], [expectation('checks', 'pass', 'fail')])
  assert.equal(verdictLine(result), 'broken: single-writer')
})

test('an interrupted run never passes', () => {
  assert.equal(verdictOf({ ...judged([check('a', 'pass')], []), complete: false }), 'unknown')
})

test('one check holds, two hold', () => {
  const lines = [1, 2].map((many) => verdictLine(judged(Array(many).fill(check('a', 'pass')), [])))
  assert.deepEqual(lines, ['1 check holds', '2 checks hold'])
  assert.equal(verdictLine(judged([], [expectation('failoverMs.max', '1', 'pass')])), '1 expectation holds')
  const both = judged([check('a', 'pass')], [expectation('failoverMs.max', '1', 'pass')])
  assert.equal(verdictLine(both), '1 check and 1 expectation hold')
})
