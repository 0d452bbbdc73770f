import assert from 'node:assert/strict'
import { annotations } from '../../../reports/export/annotations.ts'
import { junitOfNothing, junitText } from '../../../reports/export/junit.ts'
import type { Result } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { fixture, hostileFixture } from '../fixtures.ts'

function casesIn(xml: string): string[] {
  return [
    ...xml.matchAll(/<testsuite name="([^"]*)"|<testcase [^>]* name="([^"]*)">(?:<(failure|error) type="([^"]*)")?/g),
  ].map(([, suite, name, kind, type]) => suite ?? `  ${name}${kind === undefined ? '' : `: ${kind} ${type}`}`)
}

const EXPECTED = { op: '<', limit: 3000 } as const

function failing(): Result {
  const result = fixture({ trials: 2, seed: 4 })
  const [first] = result.checks
  const trials = result.trials.map((trial, index) => ({
    ...trial,
    checks: { ...trial.checks, [first!.name]: index === 0 ? ('pass' as const) : ('fail' as const) },
  }))
  return {
    ...result,
    trials,
    checks: [
      {
        ...first!,
        verdict: 'fail',
        detail: 'fail in 1 of 2 trials; seed 5: lost <it>',
        evidence: ['seed 5: write 7 & more'],
      },
    ],
    expectations: [
      { path: 'failoverMs.max', ...EXPECTED, actual: 4000, verdict: 'fail' },
      { path: 'operations.failed', op: '<', limit: 1e9, actual: 4, verdict: 'pass', seed: 4, trials: 2, missed: 0 },
    ],
  }
}

test('each trial is a suite with its own verdicts and evidence, and what holds over all trials is one more', () => {
  const xml = junitText(failing())
  const { name } = failing().checks[0]!
  const { scenario } = failing()
  assert.deepEqual(casesIn(xml), [
    `${scenario.name} on sim, seed 4`,
    `  ${name}`,
    '  expected operations.failed &#60; 1000000000',
    `${scenario.name} on sim, seed 5`,
    `  ${name}: failure fail`,
    '  expected operations.failed &#60; 1000000000',
    `${scenario.name} on sim, all trials`,
    '  expected failoverMs.max &#60; 3000: failure fail',
  ])
  assert.match(xml, /<testsuites [^>]*tests="5" failures="2" errors="0"/)
  assert.match(xml, /message="lost &#60;it&#62;">write 7 &#38; more<\/failure>/)
})

test('what was expected to fail passes, what the environment did is an error, and a stopped run is one, too', () => {
  const result = fixture()
  const [check] = result.checks
  const seen: Result = {
    ...result,
    complete: false,
    checks: [{ ...check!, verdict: 'fail' }],
    expectations: [{ path: `checks.${check!.name}`, op: '==', limit: 'fail', actual: 'fail', verdict: 'pass' }],
  }
  assert.equal(casesIn(junitText(seen)).filter((line) => line.includes('failure')).length, 0)
  assert.ok(casesIn(junitText(seen)).includes('  complete: error stopped'))
  const incident = {
    atMs: null,
    kind: 'disk-full',
    subject: '/data',
    what: 'no room',
    lastLines: ['a'],
    advice: 'b',
  } as const
  const incidents = [
    { ...incident, seed: result.seed },
    { ...incident, seed: result.seed + 1 },
  ]
  const full = casesIn(junitText({ ...seen, environment: { verdict: 'failed', incidents } }))
  assert.equal(full.filter((line) => line === '  environment: error disk-full').length, 2)
  assert.match(
    junitOfNothing('x', 'no mysqld\nsay --mysqld'),
    /<error type="environment" message="no mysqld">say --mysqld</,
  )
})

test('whatever a result says, the file stays XML and an annotation stays one line', () => {
  const hostile = hostileFixture()
  const detail = '\x00\ud800 ]]> <b> a%\r\n::error::x'
  const evil = {
    ...hostile,
    expectations: [],
    checks: hostile.checks.map((one) => ({ ...one, verdict: 'fail' as const, detail })),
  }
  const xml = junitText(evil)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are looked for.
  assert.doesNotMatch(xml, /[\x00-\x08\x0b\x0c\x0e-\x1f]/)
  assert.doesNotMatch(xml, /<b>|&(?!#\d+;)/)
  for (const line of annotations(evil))
    assert.match(line, /^::error title=[^:\r\n]+::[^\r\n]*a%25%0D%0A::error::x[^\r\n]*$/)
  assert.deepEqual(annotations(fixture()), [])
})
