import assert from 'node:assert/strict'
import { answeredLateText, generatorText, leftOutText, receivedText, worldText } from '../../reports/caveats.ts'
import { runsOf } from '../../reports/runs.ts'
import { answerSection } from '../../reports/sections/answer.ts'
import { rerunSection } from '../../reports/sections/rerun.ts'
import { summaryText } from '../../reports/terminal.ts'
import type { Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'
import { textOf } from './page-parts.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const PLAIN = { colour: false, width: Number.POSITIVE_INFINITY }
const KEPT_UP = { clients: 4, due: 1000, late: 0, medianWaitMs: null, answerMeanMs: 2 }

function withGenerator(generator: NonNullable<Result['summary']['generator']>): Result {
  const result = fixture({ crashes: 0 })
  return { ...result, summary: { ...result.summary, generator } }
}

test('the first screen says whether it was simulated or measured, and that no model is calibrated', () => {
  assert.equal(worldText(fixture()), 'simulated: a model of MySQL, not calibrated against real servers')
  assert.equal(plain(worldText(fixture({ world: 'local' }))), 'measured on 4 real MySQL 9.7.4 servers (local)')
  for (const result of [fixture(), fixture({ world: 'local' })]) {
    assert.ok(textOf(answerSection(runsOf([result])).text).includes(plain(worldText(result))))
    assert.ok(summaryText(result, PLAIN).includes(worldText(result)))
  }
  const both = textOf(answerSection(runsOf([fixture(), fixture({ world: 'local' })])).text)
  assert.match(both, /Simulated: a model of MySQL.*Measured on 4 real MySQL/s)
})

test('a load generator that was the ceiling is the first thing said, with what it could ask', () => {
  const result = withGenerator({
    ...KEPT_UP,
    verdict: 'out of clients',
    late: 900,
    medianWaitMs: 4700,
    answerMeanMs: 20,
  })
  assert.match(
    plain(generatorText(result.summary)!),
    /^The load generator was the ceiling, not the cluster: 90 % .* 4 clients with one operation in flight each, answered in 20 ms on average, can ask about 200 a second/,
  )
  assert.match(summaryText(result, PLAIN), /^ {2}! note {2}The load generator was the ceiling/)
  const page = textOf(answerSection(runsOf([result])).text)
  assert.ok(page.indexOf('The load generator was the ceiling') < page.indexOf('Nothing was broken'))
})

test('clients that are enough on average and were all busy for a while were kept waiting, and are no ceiling', () => {
  const { summary } = withGenerator({ ...KEPT_UP, verdict: 'out of clients', late: 200, medianWaitMs: 119 })
  const text = plain(generatorText(summary)!)
  assert.match(text, /^For a while every client waited for an answer: .* can ask about 2,000 a second, more than the /)
  assert.doesNotMatch(text, /ceiling|Raise workload.clients/)
})

test('a generator that was late for another reason is not told to have more clients', () => {
  const { summary } = withGenerator({ ...KEPT_UP, verdict: 'late', late: 200, medianWaitMs: 30 })
  assert.match(generatorText(summary)!, /^The load generator was late: .* though a client was free/)
  assert.equal(generatorText(withGenerator({ ...KEPT_UP, verdict: 'kept up' }).summary), null)
  assert.equal(generatorText(fixture().summary), null)
})

test('where the measured window answered what was wanted before it, its work is not called nothing', () => {
  const result = fixture({ crashes: 0 })
  const operations = { ok: 0, failed: 0, unknown: 0, unsent: 9000 }
  const saturated = { ...result, summary: { ...result.summary, operations, throughputOpsPerSec: 100 } }
  assert.equal(
    answeredLateText(saturated),
    '2,700 operations were answered in the measured window, most of them wanted before it',
  )
  assert.ok(summaryText(saturated, PLAIN).includes(answeredLateText(saturated)!))
  assert.ok(textOf(answerSection(runsOf([saturated])).text).includes(answeredLateText(saturated)!))
  assert.equal(answeredLateText(result), null)
})

test('percentiles say whom they leave out, and what they are with them', () => {
  const { write } = fixture().summary.latencyMs
  const sent = { count: 1100, p50: 3, p75: 7500, p90: 12_000, p99: 14_700, p999: 15_000 }
  assert.equal(
    plain(leftOutText({ ...write, count: 1000, leftOut: 100, neverSent: 0, sent })!),
    "without 100 (9.09 %) that got no answer; had those without an answer waited for their outage's end: p50 3 ms  p75 7.5 s  p99 14.7 s",
  )
  assert.equal(
    plain(leftOutText({ ...write, count: 25, leftOut: 75, neverSent: 75, sent })!),
    'without 75 (75 %) that were never sent',
  )
  assert.equal(leftOutText({ ...write, leftOut: 0, neverSent: 0, sent }), null)
  assert.equal(leftOutText(write), null)
})

test('where a received write counts, the report says what that promises, and what no rule can save', () => {
  const result = fixture()
  const cluster = { ...result.scenario.cluster, acknowledge: 'received' as const }
  assert.match(
    receivedText(cluster)!,
    /outlives the loss of any of them that a coordinator has seen.*a loss that nobody has seen/,
  )
  assert.equal(receivedText({ ...cluster, acknowledge: 'applied' }), null)
  const shown = rerunSection(runsOf([{ ...result, scenario: { ...result.scenario, cluster } }]))
  assert.match(textOf(shown.text), /An acknowledged write is in the relay logs of its quorum/)
})
