import assert from 'node:assert/strict'
import { judge } from '../../../scenarios/judge.ts'
import { exitCodeOf, judgeExpectations } from '../../../scenarios/measures/expectations.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import type { CheckResult, ExpectationResult, Verdict } from '../../../scenarios/result.ts'
import type { Expectation } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'
import { crashOperations, crashRecord, record, scenario } from '../healthy-history.ts'
import { STAMP } from '../stamp.ts'

const { summary } = judge(scenario(), [crashRecord()], STAMP)
const ALONE = [{ seed: 1, summary }]
const quiet = judge(scenario(), [record()], STAMP).summary

function checkOf(name: string, verdict: Verdict): CheckResult {
  return { name, verdict, detail: '', evidence: [], examined: 1 }
}

function expectation(path: string, op: Expectation['op'], limit: number | string): Expectation {
  return { path, op, limit, line: 1 }
}

function judged(
  path: string,
  op: Expectation['op'],
  limit: number | string,
  checks: readonly CheckResult[] = [],
): ExpectationResult {
  return judgeExpectations([expectation(path, op, limit)], ALONE, summary, checks)[0]!
}

test('a number of the summary is held against its limit by each comparison', () => {
  for (const [op, limit, verdict] of [
    ['<', 300, 'pass'],
    ['<', 299, 'fail'],
    ['<=', 299, 'pass'],
    ['>', 299, 'fail'],
    ['>=', 299, 'pass'],
    ['==', 299, 'pass'],
    ['!=', 299, 'fail'],
  ] as const) {
    const result = judged('failoverMs.max', op, limit)
    assert.deepEqual(result, { path: 'failoverMs.max', op, limit, actual: 299, verdict })
  }
})

test('paths walk records, lists and nodes', () => {
  assert.equal(judged('latencyMs.write.p50', '==', 2).verdict, 'pass')
  assert.equal(judged('operations.failed', '==', 20).verdict, 'pass')
  assert.equal(judged('lagMs.perNode.node2.max', '<', 1).verdict, 'pass')
  assert.equal(judged('failovers.length', '==', 1).verdict, 'pass')
  assert.equal(judged('failovers.0.durationMs', '<', 300).verdict, 'pass')
  assert.equal(judged('failovers.0.newSource', '==', 'node3').verdict, 'pass')
})

test('a path that leads nowhere fails and says what there is', () => {
  const cases: [string, RegExp][] = [
    ['failoverMs.maximum', /^no such path: failoverMs has trials, min, p50, p95, max, ci95, interval, outcome$/],
    ['nothing', /^no such path: summary has throughputOpsPerSec, /],
    ['failovers.1.durationMs', /^no such path: failovers has 1 entry, length$/],
    ['throughputOpsPerSec.max', /^no such path: throughputOpsPerSec is /],
    ['toString', /^no such path/],
    [
      'operations',
      /^no single value: operations has ok, failed, unknown, unsent, okShare, failedShare, unknownShare, unsentShare$/,
    ],
    ['checks.no-such-check', /^no such check; the scenario runs no checks$/],
  ]
  for (const [path, actual] of cases) {
    const result = judged(path, '<', 1)
    assert.equal(result.verdict, 'fail')
    assert.match(String(result.actual), actual)
  }
})

test('what was never measured fails: a failover that did not happen is not faster than three seconds', () => {
  const [result] = judgeExpectations([expectation('failoverMs.max', '<', 3000)], [], quiet, [])
  assert.equal(result!.verdict, 'fail')
  assert.equal(result!.actual, 'none: it never happened')
})

test('an outage that never happened meets a bound, and one that never ended breaks it and says so', () => {
  const bound = [expectation('clientOutageMs.max', '<', 1000)]
  const judgedOn = (record: RunRecord) =>
    judgeExpectations(bound, ALONE, judge(scenario(), [record], STAMP).summary, [])[0]!
  const well = crashOperations().map((item) => ({ ...item, outcome: 'ok' as const }))
  assert.deepEqual([judgedOn(crashRecord({ operations: well })).actual], [0])
  assert.equal(judgedOn(crashRecord({ operations: well })).verdict, 'pass')
  const open = judgedOn(crashRecord({ operations: crashOperations().slice(0, 110) }))
  assert.deepEqual([open.actual, open.verdict], ['open: it was not seen to end', 'fail'])
})

test('a number against a word, or an order among words, fails instead of holding by accident', () => {
  assert.equal(judged('failoverMs.max', '<', 'fast').verdict, 'fail')
  assert.equal(judged('failovers.0.newSource', '<', 'node9').verdict, 'fail')
  assert.match(String(judged('failoverMs.max', '!=', 'pass').actual), /^299, not comparable with "pass"$/)
})

test('a check is expected by name; all that are not named stand together as `checks`', () => {
  const checks = [checkOf('one', 'pass'), checkOf('two', 'fail'), checkOf('three', 'pass')]
  assert.equal(judged('checks.one', '==', 'pass', checks).verdict, 'pass')
  assert.equal(judged('checks.two', '==', 'fail', checks).verdict, 'pass')
  assert.equal(judged('checks.two', '==', 'pass', checks).verdict, 'fail')
  const all = judged('checks', '==', 'pass', checks)
  assert.deepEqual([all.verdict, all.actual], ['fail', 'two fail'])
  const both = judgeExpectations(
    [expectation('checks', '==', 'pass'), expectation('checks.two', '==', 'fail')],
    ALONE,
    summary,
    checks,
  )
  assert.deepEqual(
    both.map(({ verdict }) => verdict),
    ['pass', 'pass'],
  )
})

test('a check that could not decide leaves what was expected of it undecided', () => {
  const checks = [checkOf('one', 'unknown'), checkOf('two', 'pass')]
  assert.equal(judged('checks.one', '==', 'pass', checks).verdict, 'unknown')
  assert.equal(judged('checks.one', '==', 'fail', checks).verdict, 'unknown')
  assert.equal(judged('checks.one', '==', 'unknown', checks).verdict, 'pass')
  const all = judged('checks', '==', 'pass', checks)
  assert.deepEqual([all.verdict, all.actual], ['unknown', 'one unknown'])
  assert.equal(judged('checks', '==', 'pass', []).verdict, 'unknown')
})

test('the exit code is 0 when everything holds, or fails as expected', () => {
  const code = (checks: readonly CheckResult[], expectations: readonly Expectation[]) =>
    exitCodeOf({ checks, expectations: judgeExpectations(expectations, ALONE, summary, checks) })
  const good = checkOf('one', 'pass')
  const bad = checkOf('two', 'fail')
  assert.equal(code([], []), 0)
  assert.equal(code([good], []), 0)
  assert.equal(code([good, bad], []), 1)
  assert.equal(code([good, checkOf('two', 'unknown')], []), 1)
  assert.equal(code([good, bad], [expectation('checks.two', '==', 'fail')]), 0)
  assert.equal(code([good, checkOf('two', 'pass')], [expectation('checks.two', '==', 'fail')]), 1)
  assert.equal(code([good, checkOf('two', 'unknown')], [expectation('checks.two', '==', 'fail')]), 1)
  assert.equal(code([good, bad], [expectation('checks.one', '==', 'pass')]), 1)
  assert.equal(code([good, bad], [expectation('checks', '==', 'pass'), expectation('checks.two', '==', 'fail')]), 0)
  assert.equal(code([bad], [expectation('checks', '==', 'fail')]), 0)
  assert.equal(code([good], [expectation('failoverMs.max', '<', 300)]), 0)
  assert.equal(code([good], [expectation('failoverMs.max', '<', 100)]), 1)
})

/** Trials that failed so many operations each, as in the issue: 4, 3, 5, 9, 6. */
const FAILED = [4, 3, 5, 9, 6].map((failed, index) => ({
  seed: index + 1,
  summary: { ...summary, operations: { ...summary.operations, failed } },
}))

function over(path: string, op: Expectation['op'], limit: number): ExpectationResult {
  return judgeExpectations([expectation(path, op, limit)], FAILED, summary, [])[0]!
}

test('an expectation holds in every trial or not at all, and names the worst seed', () => {
  const told = ({ actual, verdict, seed, trials, missed }: ExpectationResult) => [actual, verdict, seed, trials, missed]
  assert.deepEqual(told(over('operations.failed', '==', 4)), [9, 'fail', 4, 5, 4])
  assert.deepEqual(told(over('operations.failed', '<', 6)), [9, 'fail', 4, 5, 2])
  assert.deepEqual(told(over('operations.failed', '<=', 9)), [9, 'pass', 4, 5, 0])
  assert.deepEqual(told(over('operations.failed', '>', 3)), [3, 'fail', 2, 5, 1])
  assert.deepEqual(told(over('operations.failed', '>=', 3)), [3, 'pass', 2, 5, 0])
  assert.deepEqual(told(over('operations.failed', '!=', 5)), [5, 'fail', 3, 5, 1])
})

test('an aggregate over trials is one number: median, min, max and mean', () => {
  const told = ({ actual, verdict, seed }: ExpectationResult) => [actual, verdict, seed]
  assert.deepEqual(told(over('median(operations.failed)', '==', 5)), [5, 'pass', undefined])
  assert.deepEqual(told(over('min(operations.failed)', '>=', 4)), [3, 'fail', undefined])
  assert.deepEqual(told(over('max(operations.failed)', '<', 10)), [9, 'pass', undefined])
  assert.deepEqual(told(over('mean(operations.failed)', '<', 5.5)), [5.4, 'pass', undefined])
})

test('a trial without the number is the worst of all, and spoils an aggregate by name', () => {
  const mixed = [...FAILED.slice(0, 2), { seed: 77, summary: { ...summary, failovers: [] } }]
  const judge = (path: string) => judgeExpectations([expectation(path, '<', 3000)], mixed, summary, [])[0]!
  const each = judge('failovers.0.durationMs')
  assert.deepEqual([each.actual, each.seed, each.missed], ['no such path: failovers has 0 entries, length', 77, 1])
  assert.match(String(judge('median(failovers.0.durationMs)').actual), /^seed 77: no such path/)
})

test('a duration that never ended is infinitely long in an aggregate', () => {
  const never = { ...summary, failovers: [{ ...summary.failovers[0]!, durationMs: null }] }
  const trials = [...FAILED.slice(0, 2), { seed: 9, summary: never }]
  const judge = (path: string) => judgeExpectations([expectation(path, '<', 3000)], trials, summary, [])[0]!
  assert.deepEqual(
    [judge('median(failovers.0.durationMs)').actual, judge('min(failovers.0.durationMs)').actual],
    [299, 299],
  )
  assert.equal(judge('max(failovers.0.durationMs)').verdict, 'fail')
  assert.equal(judge('mean(failovers.0.durationMs)').verdict, 'fail')
})
