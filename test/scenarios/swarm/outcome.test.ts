import assert from 'node:assert/strict'
import { textOf } from '../../../algorithms/reasons/text.ts'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { scenarioOf } from '../../../scenarios/file/load.ts'
import { brokenOff, outcomeOf, RUNS_TO_ITS_END } from '../../../scenarios/swarm/outcome.ts'
import { test } from '../../support/test.ts'
import { crashEvents, crashOperations, crashRecord, endOf, RULE, refusal, scenario } from '../healthy-history.ts'

const SOUND = ['acknowledged-writes-survive', 'single-writer', 'replicas-converge'] as const
const judged = scenario({ checks: SOUND })

/** The history that went well, but for a row that node2 lacks in the end. */
function diverged() {
  const operations = crashOperations()
  const nodes = endOf(operations, (node) => (node === 'node2' ? { tableChecksum: 'other' } : {}))
  return { operations, nodes }
}

test('a run that went well has no failure, and its failover is counted', () => {
  const outcome = outcomeOf(judged, crashRecord())
  assert.deepEqual(outcome.failures, [])
  assert.deepEqual(outcome.undecided, [])
  assert.equal(outcome.failovers, 1)
  assert.equal(outcome.refusal, null)
  assert.deepEqual(outcome.verbs, ['crash'])
})

test('a failed check is a failure, and what differs only in numbers and names has one cause', () => {
  const failed = outcomeOf(judged, crashRecord(diverged()))
  assert.deepEqual(
    failed.failures.map(({ check }) => check),
    ['replicas-converge'],
  )
  const { operations } = diverged()
  const other = outcomeOf(
    judged,
    crashRecord({ nodes: endOf(operations, (node) => (node === 'node4' ? { tableChecksum: 'x' } : {})) }),
  )
  assert.equal(other.failures[0]!.cause, failed.failures[0]!.cause)
})

test('a number of the file that is missed is a failure under its own name, verdicts of checks are not', () => {
  const written = {
    name: 'x',
    checks: ['single-writer'],
    expect: { 'operations.ok': '< 1', 'checks.single-writer': 'fail' },
  }
  const { failures } = outcomeOf(scenarioOf(written, 'x.yaml'), crashRecord())
  assert.deepEqual(
    failures.map(({ check }) => check),
    ['operations.ok'],
  )
  assert.match(failures[0]!.detail, /^operations\.ok is \d+, expected < 1$/)
})

test('where the quorum rule refuses to the end, convergence is not judged and promises to clients are', () => {
  const { operations, nodes } = diverged()
  const refused = refusal(3_000_000, RULE)
  const events = [...crashEvents(operations), refused]
  const losses = ['node2', 'node4'].map((node) => ({ node, atUs: 2_900_000, kind: 'rebuilt' as const }))
  const outcome = outcomeOf(judged, crashRecord({ operations, nodes, events, losses }))
  assert.deepEqual(outcome.failures, [])
  assert.equal(outcome.refusal, textOf(RULE))
  const untrue = outcomeOf(judged, crashRecord({ operations, nodes, events, losses: losses.slice(1) }))
  assert.deepEqual(
    untrue.failures.map(({ check }) => check),
    ['replicas-converge'],
  )
  const gone = endOf(operations, () => ({ ops: new Set<number>() }))
  const lost = outcomeOf(judged, crashRecord({ nodes: gone, events, losses }))
  assert.deepEqual(
    lost.failures.map(({ check }) => check),
    ['acknowledged-writes-survive'],
  )
})

test('a refusal for any other reason excuses nothing, nor does one that a reign followed', () => {
  const { operations, nodes } = diverged()
  for (const extra of [
    refusal(3_000_000, { code: 'not-up-to-date', node: 'node2' }),
    // Of a coordinator whose epoch goes on.
    refusal(3_000_000, RULE, 'stalled'),
    refusal(1_000_001, RULE),
  ]) {
    const events = [...crashEvents(operations), extra].sort((a, b) => a.atUs - b.atUs)
    const outcome = outcomeOf(judged, crashRecord({ operations, nodes, events }))
    assert.equal(outcome.failures.length, 1)
    assert.equal(outcome.refusal, null)
  }
})

test('what excuses a run without a source is the code of the refusal, and no word of it', () => {
  const { operations, nodes } = diverged()
  const losses = ['node2', 'node4'].map((node) => ({ node, atUs: 2_900_000, kind: 'rebuilt' as const }))
  const rule = refusal(3_000_000, RULE)
  const other = refusal(3_000_000, { code: 'no-candidate' })
  const refusalsOf = (event: TraceEvent) =>
    outcomeOf(judged, crashRecord({ operations, nodes, losses, events: [...crashEvents(operations), event] })).refusal
  assert.equal(refusalsOf({ ...rule, reason: 'in other words' }), 'in other words')
  assert.equal(refusalsOf({ ...other, reason: textOf(RULE) }), null)
})

test('a reign that acknowledged nothing is no completed failover', () => {
  const operations = crashOperations().filter(({ epoch }) => epoch !== 2)
  assert.equal(outcomeOf(judged, crashRecord({ operations })).failovers, 0)
})

test('a run that breaks off has failed, with the exception as its evidence', () => {
  const outcome = brokenOff(judged, 7, new Error('assertion: node3 is healed and was not cut'))
  assert.equal(outcome.seed, 7)
  assert.equal(outcome.failures[0]!.check, RUNS_TO_ITS_END)
  assert.match(outcome.failures[0]!.detail, /node3 is healed/)
})
