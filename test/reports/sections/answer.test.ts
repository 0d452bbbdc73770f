import assert from 'node:assert/strict'
import { runsOf } from '../../../reports/runs.ts'
import { answerSection } from '../../../reports/sections/answer.ts'
import type { Result } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { emptyFixture, fixture } from '../fixtures.ts'
import { includes, textOf } from '../page-parts.ts'

type Lag = Result['summary']['lagMs']

const AWAY = { count: 3077, maxMs: 10_936, perNode: { node1: { count: 3077, maxMs: 10_936 } } }

function answerOf(result: Result, lagMs: Partial<Lag>): string {
  const changed = { ...result, summary: { ...result.summary, lagMs: { ...result.summary.lagMs, ...lagMs } } }
  return textOf(answerSection(runsOf([changed])).text)
}

test('the card of the lag tells the lag of the replicas that followed, and who was away', () => {
  const text = answerOf(fixture(), { p99: 1.1, catchingUp: AWAY })
  includes(text, '1.1 ms')
  includes(text, 'node1 was away and caught up 10.9 s of writes (3,077 transactions)')
})

test('where nobody was away, or an older file does not say, the card says nothing of it', () => {
  assert.doesNotMatch(answerOf(fixture(), {}), /was away/)
  assert.doesNotMatch(answerOf(fixture(), { catchingUp: { count: 0, maxMs: 0, perNode: {} } }), /was away/)
})

test('a run in which only a replica that was away applied anything shows no lag, and says why', () => {
  const text = answerOf(emptyFixture(), { catchingUp: AWAY })
  includes(text, 'no transaction was timed on a replica that followed')
  includes(text, 'node1 was away and caught up')
})

test('a trial without lag is left out of the median over the trials', () => {
  const result = fixture({ trials: 3 })
  const lags = [1, null, 3]
  const trials = result.trials.map((trial, index) => ({ ...trial, lagP99Ms: lags[index]! }))
  const text = textOf(answerSection(runsOf([{ ...result, trials }])).text)
  includes(text, 'median of n = 2 trials')
  assert.doesNotMatch(text, /NaN|undefined|null/)
})

test('the share of what was offered is of one seed, as what was offered is, and says of which', () => {
  const { summary, trials, ...rest } = fixture({ trials: 3 })
  const result = {
    ...rest,
    summary: { ...summary, throughputOpsPerSec: 50, offeredOpsPerSec: 100 },
    trials: trials.map((trial, index) => ({ ...trial, throughputOpsPerSec: [50, 110, 120][index]! })),
  }
  const text = textOf(answerSection(runsOf([result])).text)
  includes(text, `seed ${result.seed}: 50 % of the 100/s offered`)
})

test('after a silence in which nothing failed, what was never sent did not come late', () => {
  const { summary, ...rest } = emptyFixture()
  const silent = {
    ...summary,
    clientOutageMs: { ...summary.clientOutageMs, p50: 0, outcome: 'none' as const },
    longestSilenceMs: 3950,
    operations: { ...summary.operations, unsent: 392 },
  }
  const outages = { count: 0, totalMs: 0, longestMs: 0, outcome: 'none' as const, each: [] }
  const text = textOf(answerSection(runsOf([{ ...rest, summary: { ...silent, outages } }])).text)
  includes(text, 'no operation failed, 392 were never sent')
})
