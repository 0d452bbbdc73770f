/** Cases from practice, each with the numbers that its clients would name. Simulated; seeds as written. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { loadScenario } from '../../../scenarios/file/load.ts'
import { judge } from '../../../scenarios/judge.ts'
import type { Result } from '../../../scenarios/result.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { STAMP } from '../stamp.ts'

const FOLDER = 'test/fixtures/cases'
const results = new Map<string, Result>()

/** The case whose file begins so. */
function resultOf(prefix: string): Result {
  let result = results.get(prefix)
  if (result === undefined) {
    const [file] = readdirSync(FOLDER).filter((name) => name.startsWith(`${prefix}-`))
    const scenario = loadScenario(`${FOLDER}/${file}`)
    result = judge(scenario, [simulate(scenario, { seed: scenario.seed })], STAMP)
    results.set(prefix, result)
  }
  return result
}

function within(value: number | null | undefined, low: number, high: number): void {
  assert.ok(typeof value === 'number' && value >= low && value <= high, `${value} is not within ${low} and ${high}`)
}

/** The outage of a case that has one. */
function outageOf(prefix: string): NonNullable<Result['summary']['outages']>['each'][number] {
  const { outages, clientOutageMs } = resultOf(prefix).summary
  assert.equal(outages!.count, 1)
  assert.deepEqual([clientOutageMs.outcome, clientOutageMs.max], ['ended', outages!.each[0]!.durationMs])
  return outages!.each[0]!
}

test('11: an orderly stop is an outage from the first failed operation, not from the exit', () => {
  within(outageOf('11').startMs, 5000, 5010)
  within(outageOf('11').durationMs, 500, 570)
  within(resultOf('11').summary.failovers[0]!.clientOutageMs, 500, 570)
})

test('13, 38, 39: an outage is what clients see, whatever was hit', () => {
  within(outageOf('13').durationMs, 15_500, 16_500)
  within(outageOf('38').durationMs, 5_000, 6_000)
  within(outageOf('39').durationMs, 4_900, 5_500)
})

test('13c: an outage that never happened meets an upper bound', () => {
  const { summary, expectations } = resultOf('13c')
  assert.deepEqual([summary.clientOutageMs.outcome, summary.clientOutageMs.max], ['none', 0])
  assert.deepEqual(
    expectations.map(({ verdict }) => verdict),
    ['pass'],
  )
})

test('05, 33: where every operation is late and none failed, the longest silence says how long nobody was served', () => {
  for (const [prefix, low, high] of [
    ['05', 2900, 3100],
    ['33', 5000, 5500],
  ] as const) {
    const { summary } = resultOf(prefix)
    assert.equal(summary.clientOutageMs.outcome, 'none')
    within(summary.longestSilenceMs, low, high)
  }
})

test('08: a failover of a workload with nothing but reads ends with a read', () => {
  const [failover] = resultOf('08').summary.failovers
  assert.equal(failover!.endsWith, 'read')
  within(failover!.clientOutageMs, 50, 58)
  within(failover!.durationMs, 50, 150)
})

test('35: after a power loss everything is measured as after a crash', () => {
  const [lost, killed] = [resultOf('35').summary, resultOf('35b').summary]
  assert.match(lost.failovers[0]!.reason, /^power-loss node1 \(source\); /)
  within(lost.failovers[0]!.durationMs, 27, 28)
  within(lost.clientOutageMs.max, 16, 17.5)
  within(lost.lagMs.p99, 1, 1.5)
  assert.ok(lost.lagMs.catchingUp!.count > 0)
  assert.deepEqual(
    lost.failovers.map(({ startMs, durationMs, clientOutageMs }) => [startMs, durationMs, clientOutageMs]),
    killed.failovers.map(({ startMs, durationMs, clientOutageMs }) => [startMs, durationMs, clientOutageMs]),
  )
})

test('19b: a failover away from a source behind a lossy link counts from the loss', () => {
  const [failover] = resultOf('19b').summary.failovers
  within(failover!.durationMs, 5_500, 6_000)
  assert.doesNotMatch(failover!.reason, /planned switch/)
  within(outageOf('19b').durationMs, 1_000, 7_000)
})

test('20b: percentiles say how many they leave out, and what all of them waited', () => {
  const { leftOut, sent, count } = resultOf('20b').summary.latencyMs.write
  assert.equal(leftOut! + count, sent!.count)
  within(leftOut, 600, 1200)
  within(sent!.p75, 7_400, 7_700)
  within(sent!.p99, 14_500, 15_000)
})

test('22: four clients are the ceiling, and what they could ask is counted by when it was answered', () => {
  const { throughputOpsPerSec, outages, generator } = resultOf('22').summary
  within(throughputOpsPerSec, 1_700, 2_000)
  assert.equal(generator!.verdict, 'out of clients')
  within(generator!.late / generator!.due, 0.9, 1)
  assert.equal(outages!.outcome, 'none')
})

test('a load generator that is not the ceiling keeps up before any fault', () => {
  for (const prefix of ['11', '13', '35', '38']) assert.equal(resultOf(prefix).summary.generator!.verdict, 'kept up')
})
