import assert from 'node:assert/strict'
import { comparisonText } from '../../reports/terminal-comparison.ts'
import { compareResults } from '../../scenarios/measures/compare-results.ts'
import { test } from '../support/test.ts'
import { fixture, hostileFixture } from './fixtures.ts'

const PATHS = ['out/one', 'out/two'] as const

test('columns are headed by the algorithms where those differ', () => {
  const a = fixture({ trials: 20 })
  const other = fixture({ trials: 20, election: 'most-advanced' })
  const b = {
    ...other,
    trials: other.trials.map((trial) => ({ ...trial, failoverMs: trial.failoverMs.map((ms) => ms! * 2) })),
  }
  const text = comparisonText(compareResults(a, b), PATHS)
  assert.match(text, /^seer-score {5}out\/one\nmost-advanced {2}out\/two\n/)
  assert.match(text, /\n {2}compared: election: seer-score and most-advanced\n/)
  assert.match(text, /\n +seer-score +most-advanced +change +p corrected\n/)
  assert.match(text, /failoverMs \(ms\) .* < 0\.001 +most-advanced is worse/)
  assert.doesNotMatch(text, /not ranked/)
})

test('runs of the same algorithms are a and b', () => {
  const text = comparisonText(compareResults(fixture({ trials: 5 }), fixture({ trials: 5, seed: 2 })), PATHS)
  assert.match(text, /^a {2}out\/one\nb {2}out\/two\n/)
  assert.doesNotMatch(text, /compared:/)
})

test('what is not ranked says why once, above the table', () => {
  const a = fixture({ trials: 5 })
  const b = { ...a, complete: false }
  const text = comparisonText(compareResults(a, b), PATHS)
  assert.match(text, /\n {2}not ranked: b was interrupted\n\n/)
  const measured = fixture({ world: 'local', election: 'most-advanced', trials: 5 })
  const fidelity = comparisonText(compareResults(a, measured), PATHS)
  assert.match(fidelity, /not ranked: the algorithms differ \(election: seer-score and most-advanced\)/)
})

test('what a result says about itself cannot steer the terminal', () => {
  const hostile = hostileFixture()
  const evil = { ...hostile, scenario: { ...hostile.scenario, name: 'a\x1b[2Jb', hash: '00' } }
  const text = comparisonText(compareResults(fixture(), evil), PATHS)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are looked for.
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
})

test('on a narrow terminal no line is cut or wider than it: the values stand below one another', () => {
  const a = fixture({ trials: 20 })
  const comparison = compareResults(a, fixture({ trials: 20, election: 'most-advanced', seed: 3 }))
  for (const width of [80, 40]) {
    const text = comparisonText(comparison, PATHS, width)
    for (const line of text.split('\n')) assert.ok(line.length <= width, line)
    assert.match(text, /\n {2}failoverMs \(ms\): ~?.*\n {4}seer-score +\d/)
    assert.doesNotMatch(text, /…/)
  }
})
