import assert from 'node:assert/strict'
import { differenceIn, renderComparison } from '../../reports/comparison.ts'
import { runsOf } from '../../reports/runs.ts'
import { comparisonText } from '../../reports/terminal-comparison.ts'
import { compareResults } from '../../scenarios/measures/compare-results.ts'
import type { Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { fixture, withAlgorithms } from './fixtures.ts'
import { includes, textOf } from './page-parts.ts'

function compared(a: Result, b: Result): { text: string; line: string | null } {
  const runs = runsOf([a, b])
  const comparison = compareResults(a, b)
  return {
    text: textOf(renderComparison(runs, comparison).text),
    line: differenceIn('failoverMs', runs, comparison),
  }
}

/** The same run, with every failover `factor` times as long. */
function slowed(result: Result, factor: number): Result {
  return {
    ...result,
    trials: result.trials.map((trial) => ({
      ...trial,
      failoverMs: trial.failoverMs.map((ms) => (ms === null ? null : ms * factor)),
    })),
  }
}

test('simulated against measured is a fidelity table without a test', () => {
  const { text, line } = compared(fixture({ trials: 5 }), slowed(fixture({ world: 'local', trials: 5 }), 2))
  includes(text, 'Simulated against measured')
  includes(text, 'simulated is off by')
  includes(text, 'phase: detect')
  assert.doesNotMatch(text, /Mann-Whitney|better|worse/)
  assert.match(line!, /^simulated is 2\.\d+ times lower than measured$/)
})

test('a small error of the simulator is given in percent', () => {
  const { line } = compared(fixture({ trials: 5 }), fixture({ world: 'local', trials: 5 }))
  assert.match(line!, /^simulated is \d+(\.\d+)?\u00a0% below measured$/)
})

test('a difference that the trials bear out is named, with its size and p', () => {
  const a = fixture({ trials: 20, election: 'seer-score' })
  const { text, line } = compared(a, slowed(fixture({ trials: 20, election: 'most-advanced' }), 1.5))
  includes(text, 'Failover time: most-advanced is worse (+50 %).')
  assert.match(line!, /most-advanced is worse \(\+50\u00a0%, p < 0\.001\)/)
})

test('algorithms compared under the same conditions head the columns and are named as what differs', () => {
  const { text } = compared(fixture({ trials: 20 }), fixture({ trials: 20, election: 'most-advanced' }))
  includes(text, 'seer-score against most-advanced')
  includes(text, 'same conditions and differ in election: seer-score and most-advanced.')
  includes(text, 'seer-score: median, interval, n')
  includes(text, 'most-advanced: median, interval, n')
  includes(text, 'change to most-advanced')
  const other = withAlgorithms(fixture({ trials: 20, election: 'most-advanced' }), { quorum: 'cabinet-top' })
  const two = compared(fixture({ trials: 20 }), other).text
  includes(two, 'differ in quorum: majority and cabinet-top and election: seer-score and most-advanced.')
  includes(two, 'no difference can be put down to one of them')
  includes(two, 'most-advanced, cabinet-top: median')
})

test('a model of one algorithm against a measurement of another is no clean test', () => {
  const { text } = compared(fixture({ trials: 5 }), fixture({ world: 'local', trials: 5, election: 'most-advanced' }))
  includes(text, 'Not a clean test of the simulator, because the algorithms differ (election: seer-score and')
})

test('a difference that the trials do not bear out is not claimed', () => {
  const { text, line } = compared(fixture({ trials: 20 }), fixture({ trials: 20, election: 'most-advanced' }))
  includes(text, 'No difference shown in failover time')
  includes(text, '~')
  assert.equal(line, 'no difference shown')
})

test('what only one of the two has is no difference that was not shown', () => {
  const a = fixture({ trials: 20 })
  const moved = a.trials.map((trial) => ({ ...trial, plannedMoveMs: [41] }))
  const { text } = compared(a, { ...a, trials: moved })
  includes(text, 'measured in one of the two only')
  assert.doesNotMatch(text, /No difference shown[^.]*planned move/)
})

test('two trials each can show nothing, and the table says so', () => {
  const { text, line } = compared(fixture({ trials: 2 }), slowed(fixture({ trials: 2, seed: 8 }), 3))
  includes(text, '2 and 2 trials cannot show one')
  assert.equal(line, 'no difference shown')
})

test('runs of different scenarios stand side by side, unranked, with the reason', () => {
  const a = fixture({ trials: 20 })
  const other = slowed(fixture({ trials: 20 }), 2)
  const b = { ...other, scenario: { ...other.scenario, name: 'replica-crash', hash: '00'.repeat(32) } }
  const { text, line } = compared(a, b)
  includes(text, 'not ranked, because the scenario differs: primary-crash')
  assert.equal(line, 'not ranked: see the comparison')
})

test('without a comparison no card claims a difference', () => {
  assert.equal(differenceIn('failoverMs', runsOf([fixture(), fixture({ seed: 2 })]), undefined), null)
})

test('two quorums that are the same by law say so, and that what differs is chance', () => {
  const [a, b] = [
    withAlgorithms(fixture({ trials: 20 }), { quorum: 'cabinet' }),
    withAlgorithms(fixture({ trials: 20 }), { quorum: 'flexible' }),
  ]
  const { text } = compared(a, b)
  includes(text, 'On 4 servers cabinet (t=1) and flexible (t=1) are the same rule, any one replica')
  includes(text, 'What differs between the quorums of the two is chance.')
  assert.doesNotMatch(compared(a, withAlgorithms(a, { quorum: 'majority' })).text, /is chance/)
  assert.match(comparisonText(compareResults(a, b), ['a', 'b']), /the same: On 4 servers cabinet \(t=1\) and flexible/)
})
