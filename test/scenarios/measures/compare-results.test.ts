import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { describePolicies } from '../../../scenarios/file/policy-names.ts'
import { judge } from '../../../scenarios/judge.ts'
import { type Comparison, compareAll, compareResults, policyText } from '../../../scenarios/measures/compare-results.ts'
import type { Result } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { crashRecord, scenario } from '../healthy-history.ts'
import { STAMP } from '../stamp.ts'

const base = judge(scenario(), [crashRecord()], STAMP)

/** A result whose trials have these failover times (and otherwise equal numbers). */
function result(failoverMs: readonly (number | null)[], fields: Partial<Result> = {}): Result {
  const trials = failoverMs.map((ms, index) => ({ ...base.trials[0]!, seed: index, failoverMs: [ms] }))
  return { ...base, trials, ...fields }
}

function row(comparison: Comparison, metric: string) {
  return comparison.rows.find((candidate) => candidate.metric === metric)!
}

const STEP = parseScenario('name: x\nfaults: [{ at: 10s, crash: source }]\n', 'x').faults[0]!

const FAST = [210, 198, 224, 205, 231, 219, 208, 213, 202]
const SLOW = FAST.map((ms) => ms + 100)

test('a difference that the trials bear out is named, with its size and its p', () => {
  const comparison = compareResults(result(FAST), result(SLOW))
  assert.deepEqual([comparison.kind, comparison.differences], ['comparison', []])
  const failover = row(comparison, 'failoverMs')
  assert.equal(failover.unit, 'ms')
  assert.deepEqual([failover.a.n, failover.a.median, failover.b.median], [9, 210, 310])
  assert.deepEqual(failover.a.ci95, [202, 224])
  assert.deepEqual(failover.a.interval, { kind: 'interval', low: 202, high: 224, level: 0.9609375, trials: 9 })
  assert.ok(Math.abs(failover.change! - 100 / 210) < 1e-12)
  assert.ok(failover.significant && failover.p! < 0.01)
  assert.equal(failover.note, 'b is worse')
  assert.equal(row(compareResults(result(SLOW), result(FAST)), 'failoverMs').note, 'b is better')
})

test('more throughput is better, less of everything else', () => {
  const withRate = (rate: number) =>
    result(FAST, {
      trials: FAST.map((ms, i) => ({ ...base.trials[0]!, failoverMs: [ms], throughputOpsPerSec: rate + i })),
    })
  assert.equal(row(compareResults(withRate(100), withRate(200)), 'throughputOpsPerSec').note, 'b is better')
})

test('a difference within the noise is "~"', () => {
  const failover = row(compareResults(result(FAST), result(FAST.map((ms, i) => ms + (i % 2 ? 3 : -2)))), 'failoverMs')
  assert.deepEqual([failover.significant, failover.note], [false, '~'])
  assert.ok(failover.p! > 0.05)
  assert.equal(row(compareResults(result(FAST), result(FAST)), 'failoverMs').p, 1)
})

/** `of` with seeds that no other result has. */
function elsewhere(of: Result): Result {
  return { ...of, trials: of.trials.map((trial) => ({ ...trial, seed: trial.seed + 1000 })) }
}

test('trials with the same seeds are compared as pairs, others as independent samples', () => {
  // Seeds differ by up to a second, and b is always 5 to 13 ms slower: only the pairs can show that.
  const byseed = FAST.map((ms, i) => ms + 120 * i)
  const slower = byseed.map((ms, i) => ms + 5 + i)
  const paired = compareResults(result(byseed), result(slower))
  assert.deepEqual(paired.tests, { kind: 'pairs', count: 6, pairs: 9 })
  assert.deepEqual([row(paired, 'failoverMs').p, row(paired, 'failoverMs').note], [2 / 512, 'b is worse'])
  const apart = compareResults(result(byseed), elsewhere(result(slower)))
  assert.deepEqual(apart.tests, { kind: 'samples', count: 6, pairs: null })
  assert.equal(row(apart, 'failoverMs').note, '~')
})

test('pairs are found by their seed, whatever the order, and where one result has more trials', () => {
  const a = result(FAST)
  const more = result([...FAST, 5000, 6000].map((ms) => ms + 10))
  const { tests, rows } = compareResults(a, { ...more, trials: more.trials.toReversed() })
  assert.deepEqual([tests?.kind, tests?.pairs], ['pairs', 9])
  assert.equal(rows[0]!.p, 2 / 512)
})

test('several tests in one table are counted and corrected: one of six must be six times as clear', () => {
  // Alone, p = 4 / 512 would be a difference; as one of six tests it is 0.047, and the next size is none.
  const almost = FAST.map((ms, i) => ms + (i === 0 ? -1 : 10 + i))
  const failover = row(compareResults(result(FAST), result(almost)), 'failoverMs')
  assert.ok(Math.abs(failover.adjustedP! - 6 * failover.p!) < 1e-12)
  assert.deepEqual([failover.p, failover.significant], [4 / 512, true])
  const less = FAST.map((ms, i) => ms + (i === 0 ? -11.5 : 10 + i))
  const other = row(compareResults(result(FAST), result(less)), 'failoverMs')
  assert.ok(other.p! < 0.05 && other.adjustedP! > 0.05)
  assert.deepEqual([other.significant, other.note], [false, '~'])
})

test('of several results each is held against the first, and all tests of the table are corrected together', () => {
  const results = [result(FAST), result(SLOW), result(FAST)]
  const [slow, same] = compareAll(results)
  const alone = compareResults(result(FAST), result(SLOW))
  assert.deepEqual([slow!.tests!.count, same!.tests!.count], [2 * alone.tests!.count, 2 * alone.tests!.count])
  assert.equal(row(slow!, 'failoverMs').p, row(alone, 'failoverMs').p)
  assert.ok(row(slow!, 'failoverMs').adjustedP! > row(alone, 'failoverMs').adjustedP!)
  assert.equal(row(slow!, 'failoverMs').note, 'b is worse')
  assert.equal(row(same!, 'failoverMs').note, '~')
  const [, interrupted] = compareAll([results[0]!, results[1]!, { ...results[2]!, complete: false }])
  assert.deepEqual([interrupted!.tests, interrupted!.differences], [null, ['b was interrupted']])
})

test('with trials too few to show any difference nothing is ranked, however large it looks', () => {
  const failover = row(compareResults(result([10, 11, 12]), result([900, 901, 902])), 'failoverMs')
  assert.deepEqual([failover.p, failover.significant], [null, false])
  assert.equal(failover.note, 'no difference shown: 3 pairs cannot show one (8 could)')
  const apart = (n: number) => {
    const [low, high] = [0, 900].map((from) => result(Array.from({ length: n }, (_, i) => from + i)))
    return row(compareResults(low!, elsewhere(high!)), 'failoverMs')
  }
  assert.equal(apart(4).note, 'no difference shown: 4 and 4 trials cannot show one (5 each could)')
  assert.equal(apart(5).significant, true)
})

test('failovers that never ended rank last and have no median where they are the middle', () => {
  const never = FAST.map(() => null)
  const failover = row(compareResults(result(FAST), result(never)), 'failoverMs')
  assert.equal(failover.b.median, null)
  assert.equal(failover.change, null)
  assert.deepEqual([failover.significant, failover.note], [true, 'b is worse'])
})

test('what only one of the two measured, or neither, is not ranked', () => {
  const none = result(FAST, { trials: FAST.map(() => ({ ...base.trials[0]!, failoverMs: [] })) })
  assert.equal(row(compareResults(none, none), 'failoverMs').note, 'not measured')
  assert.equal(row(compareResults(result(FAST), none), 'failoverMs').note, 'measured in one of the two only')
})

test('another scenario, world, machine or coordinator, or an interrupted run, is shown and not ranked, with the reason', () => {
  const measured = (fields: Partial<Result> = {}) => result(SLOW, { world: 'local', ...fields })
  const cases: [Result, Result, RegExp][] = [
    [
      result(FAST),
      result(SLOW, {
        scenario: {
          ...base.scenario,
          conditions: 'cd'.repeat(32),
          settings: { ...base.scenario.settings!, livenessUs: 5_000_000, faults: [STEP] },
        },
      }),
      /^faults\[0\] differs: none and /,
    ],
    [measured(), measured({ world: 'docker' }), /^the world differs: local and docker$/],
    [
      measured({ durability: { sync_binlog: '1' } }),
      measured({ durability: { sync_binlog: '0' } }),
      /^durability \(sync_binlog\) differs: 1 and 0$/,
    ],
    [measured(), measured({ machine: { cpu: 'test', cores: 64 } }), /^the machine \(cores\) differs: 2 and 64$/],
    [result(FAST), result(SLOW, { complete: false }), /^b was interrupted$/],
  ]
  for (const [a, b, reason] of cases) {
    const comparison = compareResults(a, b)
    assert.equal(comparison.differences.length, 1)
    assert.match(comparison.differences[0]!, reason)
    for (const { p, significant, note } of comparison.rows) {
      assert.deepEqual([p, significant], [null, false])
      assert.match(note, /^not ranked: /)
    }
  }
})

/** `result` of a file that differs in its algorithms, and by them in its hash. */
function by(algorithms: Partial<Result['scenario']['algorithms']>, of: Result): Result {
  const chosen = { ...of.scenario, algorithms: { ...of.scenario.algorithms, ...algorithms } }
  return { ...of, scenario: { ...chosen, ...describePolicies(chosen), hash: 'cd'.repeat(32) } }
}

test('one algorithm against another under the same conditions is ranked, and what differs is named', () => {
  const comparison = compareResults(result(FAST), by({ election: 'most-advanced' }, result(SLOW)))
  assert.deepEqual(comparison.differences, [])
  assert.deepEqual(comparison.policies, [{ family: 'election', a: 'seer-score', b: 'most-advanced' }])
  assert.equal(policyText(comparison.policies[0]!), 'election: seer-score and most-advanced')
  assert.deepEqual(
    [row(comparison, 'failoverMs').significant, row(comparison, 'failoverMs').note],
    [true, 'b is worse'],
  )
  const both = by({ election: 'most-advanced', quorum: 'cabinet-top' }, result(SLOW))
  assert.deepEqual(
    compareResults(result(FAST), both).policies.map(({ family }) => family),
    ['quorum', 'election'],
  )
  assert.deepEqual(compareResults(result(FAST), result(SLOW)).policies, [])
})

test('an unsafe form in one of the two is named as what is compared', () => {
  const unsafe = result(SLOW, { scenario: { ...base.scenario, unsafe: ['no-fencing'] } })
  assert.deepEqual(compareResults(result(FAST), unsafe).policies, [{ family: 'unsafe', a: 'none', b: 'no-fencing' }])
})

test('a model of one algorithm is not judged by a measurement of another', () => {
  const measured = by({ election: 'most-advanced' }, result(FAST, { world: 'local' }))
  const { kind, differences } = compareResults(result(FAST), measured)
  assert.equal(kind, 'fidelity')
  assert.deepEqual(differences, ['the algorithms differ (election: seer-score and most-advanced)'])
})

test('a trial without lag is left out of the comparison of lags, not ranked as the worst', () => {
  const without = (lagP99Ms: number | null) =>
    result(FAST, { trials: FAST.map((ms) => ({ ...base.trials[0]!, failoverMs: [ms], lagP99Ms })) })
  assert.equal(row(compareResults(without(null), without(null)), 'lagP99Ms').note, 'not measured')
  const lag = row(compareResults(without(1.5), without(null)), 'lagP99Ms')
  assert.deepEqual([lag.a.median, lag.b.n, lag.note], [1.5, 0, 'measured in one of the two only'])
})

test('how busy the machine was is for people to look at, and no other machine', () => {
  const busy = (loadAverageBefore: number) =>
    result(FAST, { world: 'local', machine: { cpu: 'test', cores: 2, loadAverageBefore } })
  assert.deepEqual(compareResults(busy(0.1), busy(7)).differences, [])
})

test('a model is not judged by servers that do not follow a part of the scenario', () => {
  const withoutEffect = ['network.default']
  const { differences } = compareResults(result(FAST), result(SLOW, { world: 'local', withoutEffect }))
  assert.deepEqual(differences, ['real servers do not follow network.default, and the simulator does'])
})

test('simulated runs on different machines are comparable: the machine has no part in them', () => {
  assert.deepEqual(compareResults(result(FAST), result(SLOW, { machine: { cores: 64 } })).differences, [])
})

test('simulated against measured is a table of the error of the model, never a test', () => {
  const measured = result(FAST, { world: 'local' })
  const simulated = result(FAST.map((ms) => ms * 0.9))
  for (const comparison of [compareResults(simulated, measured), compareResults(measured, simulated)]) {
    assert.equal(comparison.kind, 'fidelity')
    assert.ok(comparison.rows.every(({ p, significant }) => p === null && !significant))
    const failover = row(comparison, 'failoverMs')
    assert.ok(Math.abs(failover.change! + 0.1) < 1e-12)
    assert.equal(failover.note, 'simulated 90 % of measured')
  }
})

test('the fidelity table also holds reads, lag and each phase of the failover that both went through', () => {
  const slower = { ...base.summary.failovers[0]!, phases: { ...base.summary.failovers[0]!.phases, detect: 198 } }
  const measured = result(FAST, { world: 'local', summary: { ...base.summary, failovers: [slower] } })
  const comparison = compareResults(result(FAST), measured)
  assert.equal(row(comparison, 'failovers.0.phases.detect').change, -0.5)
  assert.equal(row(comparison, 'failovers.0.phases.promote').change, 0)
  assert.equal(row(comparison, 'latencyMs.read.p50').change, 0)
  const without = compareResults(result(FAST), { ...measured, summary: { ...base.summary, failovers: [] } })
  assert.equal(row(without, 'failovers.0.phases.detect').note, 'no error can be stated')
})
