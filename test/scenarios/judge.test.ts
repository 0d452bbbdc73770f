import assert from 'node:assert/strict'
import { judge } from '../../scenarios/judge.ts'
import { exitCodeOf } from '../../scenarios/measures/expectations.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import { test } from '../support/test.ts'
import { crashOperations, crashRecord, endOf, operation, record, replacing, scenario } from './healthy-history.ts'
import { STAMP } from './stamp.ts'

/** A trial in which write 8 was lost. */
function lossy(seed: number): RunRecord {
  const operations = crashOperations()
  const nodes = endOf(operations.filter(({ op }) => op !== 8))
  return crashRecord({ seed, operations, nodes })
}

test('a good run is judged by every check of the scenario, in its order, and exits 0', () => {
  const expectations = [{ path: 'failoverMs.max', op: '<' as const, limit: 3000, line: 1 }]
  const result = judge(scenario({ expectations }), [crashRecord()], STAMP)
  assert.deepEqual(
    result.checks.map(({ name }) => name),
    scenario().checks,
  )
  assert.ok(result.checks.every(({ verdict }) => verdict === 'pass'))
  assert.equal(result.schema, 'quorumlab.result/1')
  assert.equal(result.scenario.conditions, scenario().conditions)
  assert.deepEqual(result.versions, { quorumlab: '0.1.0', node: '20.20.2', mysql: null })
  assert.equal(result.complete, true)
  assert.deepEqual(result.summary.notes, [])
  assert.deepEqual(result.faults[0], {
    atMs: 1000,
    kind: 'crash',
    target: ['node1'],
    label: 'crash node1 (source)',
    witness: { before: 'running', during: 'dead', after: 'running', seenMs: 1001 },
    healed: 2500,
    healedMs: 2500,
  })
  assert.equal(exitCodeOf(result), 0)
})

test('only the checks that the scenario names are run', () => {
  const result = judge(scenario({ checks: ['single-writer'] }), [crashRecord()], STAMP)
  assert.deepEqual(
    result.checks.map(({ name }) => name),
    ['single-writer'],
  )
})

test('the same records give the same bytes, and a result survives JSON unchanged', () => {
  const records = () => [crashRecord(), lossy(2), crashRecord({ seed: 3 })]
  const [first, second] = [judge(scenario(), records(), STAMP), judge(scenario(), records(), STAMP)]
  assert.equal(JSON.stringify(first), JSON.stringify(second))
  assert.deepEqual(JSON.parse(JSON.stringify(first)), first)
})

test('over several trials the worst verdict of a check counts, with evidence that names the seed', () => {
  const result = judge(scenario(), [crashRecord(), lossy(7), crashRecord({ seed: 8 })], STAMP)
  const survive = result.checks[0]!
  assert.equal(survive.verdict, 'fail')
  assert.match(survive.detail, /^fail in 1 of 3 trials; seed 7: 1 of 285 acknowledged/)
  assert.match(survive.evidence[0]!, /^seed 7: write 8 /)
  assert.equal(survive.examined, 3 * 285)
  assert.deepEqual(
    result.trials.map(({ checks }) => checks['acknowledged-writes-survive']),
    ['pass', 'fail', 'pass'],
  )
  assert.match(result.checks[1]!.detail, /^pass in 3 of 3 trials/)
  assert.equal(exitCodeOf(result), 1)
})

test('durations are pooled over the trials; a trial whose source was never replaced is the longest of them', () => {
  const dead = crashOperations().map((item) =>
    item.epoch === 2 ? { ...item, outcome: 'failed' as const, epoch: null, node: null, gtid: null } : item,
  )
  const never = crashRecord({ seed: 4, operations: dead, events: crashRecord().events.filter(({ atUs }) => atUs < 0) })
  const result = judge(scenario(), [crashRecord(), crashRecord({ seed: 2 }), crashRecord({ seed: 3 }), never], STAMP)
  assert.deepEqual(
    result.trials.map(({ failoverMs }) => failoverMs),
    [[299], [299], [299], [null]],
  )
  const { ci95, ...spread } = result.summary.failoverMs
  const interval = { kind: 'range', low: 299, high: null, level: 0.875, trials: 4 }
  assert.deepEqual(spread, { trials: 4, min: 299, p50: 299, p95: null, max: null, interval, outcome: 'open' })
  assert.equal(ci95, null)
  assert.match(result.summary.notes![0]!, /^seed 4: no failover followed crash node1/)
})

test('the loss of EVENTUAL writes is counted and fails nothing', () => {
  const operations = replacing(crashOperations(), 8, () => ({ consistency: 'EVENTUAL' }))
  const nodes = endOf(operations.filter(({ op }) => op !== 8))
  const result = judge(scenario(), [crashRecord({ operations, nodes })], STAMP)
  assert.equal(result.summary.lostEventual, 1)
  assert.equal(result.summary.failovers[0]!.lostAcknowledged, 0)
  assert.equal(result.checks[0]!.verdict, 'pass')
})

test('a loss of STRONG writes shows with the failover that lost them', () => {
  assert.equal(judge(scenario(), [lossy(1)], STAMP).summary.failovers[0]!.lostAcknowledged, 1)
})

test('one interrupted trial makes the result incomplete', () => {
  assert.equal(judge(scenario(), [crashRecord(), crashRecord({ complete: false })], STAMP).complete, false)
})

test('a trial in which no replica followed has no lag, which is not a lag of zero', () => {
  const result = judge(scenario(), [crashRecord({ lag: [] }), crashRecord({ seed: 2 })], STAMP)
  assert.deepEqual(
    result.trials.map(({ lagP99Ms }) => lagP99Ms),
    [null, 0.5],
  )
})

test('an empty record is judged without a number that is not one, and nothing passes', () => {
  const result = judge(scenario(), [record({ endedUs: 0, complete: false, operations: [] })], STAMP)
  assert.ok(result.checks.every(({ verdict }) => verdict === 'unknown'))
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result)
  assert.deepEqual(result.summary.notes, ['the final source could not be read: losses are not counted'])
})

test('a history that is not in order is judged like the same one in order', () => {
  const operations = crashOperations()
  const shuffled = operations.toSorted((a, b) => ((a.op * 7919) % 401) - ((b.op * 7919) % 401))
  const [inOrder, outOfOrder] = [operations, shuffled].map((list) =>
    judge(scenario(), [crashRecord({ operations: list, nodes: endOf(operations) })], STAMP),
  )
  assert.deepEqual(outOfOrder!.summary, inOrder!.summary)
  assert.deepEqual(outOfOrder!.series, inOrder!.series)
})

test('an operation that never had an answer is no obstacle', () => {
  const hanging = operation({ op: 900, intendedUs: 3_900_000, endUs: null, outcome: 'unknown' })
  const result = judge(scenario(), [crashRecord({ operations: [...crashOperations(), hanging] })], STAMP)
  assert.equal(result.summary.operations.unknown, 1)
})

test('an expectation is judged in every trial, each of which keeps its own summary', () => {
  const worse = crashOperations().map((item) =>
    item.op >= 300 && item.op < 305 ? { ...item, outcome: 'failed' as const, reason: 'for the test' } : item,
  )
  const records = [crashRecord(), crashRecord({ seed: 5, operations: worse })]
  const expectations = [
    { path: 'operations.failed', op: '==' as const, limit: 20, line: 1 },
    { path: 'min(operations.failed)', op: '==' as const, limit: 20, line: 2 },
  ]
  const result = judge(scenario({ expectations }), records, STAMP)
  assert.deepEqual(
    result.trials.map(({ summary }) => summary?.operations.failed),
    [20, 25],
  )
  assert.equal(result.summary.operations.failed, 20)
  const [each, least] = result.expectations
  assert.deepEqual([each!.verdict, each!.actual, each!.seed], ['fail', 25, 5])
  assert.equal(least!.verdict, 'pass')
  assert.equal(exitCodeOf(result), 1)
})

test('a trial in which no write was answered has no latency of writes, rather than one of zero', () => {
  const operations = [operation({ op: 1, intendedUs: 1_000_000, kind: 'read' })]
  const [trial] = judge(scenario(), [record({ operations })], STAMP).trials
  assert.deepEqual([trial!.writeP50Ms, trial!.writeP99Ms], [null, null])
})
