import assert from 'node:assert/strict'
import { Findings } from '../../../scenarios/checks/findings.ts'
import { test } from '../../support/test.ts'

const texts = { pass: () => 'good', fail: () => 'bad', nothing: 'nothing seen' }

function verdict(examined: number, violations: number, undecided: number) {
  const findings = new Findings()
  findings.examined = examined
  for (let i = 0; i < undecided; i++) findings.undecidable(i % 2 === 0 ? 'even' : 'odd', () => `open ${i}`)
  for (let i = 0; i < violations; i++) findings.violation('wrong', () => `wrong ${i}`)
  return findings.conclude('a-check', texts)
}

test('a violation is a fail whatever is open; an open question is unknown; nothing examined cannot pass', () => {
  assert.equal(verdict(5, 0, 0).verdict, 'pass')
  assert.equal(verdict(5, 1, 0).verdict, 'fail')
  assert.equal(verdict(5, 1, 3).verdict, 'fail')
  assert.equal(verdict(0, 1, 0).verdict, 'fail')
  assert.equal(verdict(5, 0, 1).verdict, 'unknown')
  assert.equal(verdict(0, 0, 0).verdict, 'unknown')
  assert.equal(verdict(0, 0, 0).detail, 'nothing seen')
})

test('the kinds are those of what decided the verdict, each once, in one order', () => {
  assert.deepEqual(verdict(5, 0, 0).kinds, [])
  assert.deepEqual(verdict(5, 30, 3).kinds, ['wrong'])
  assert.deepEqual(verdict(5, 0, 3).kinds, ['even', 'odd'])
  assert.deepEqual(verdict(0, 0, 0).kinds, ['nothing-examined'])
})

test('evidence is at most twenty lines, violations first, and lines beyond that are never built', () => {
  assert.deepEqual(verdict(5, 2, 1).evidence, ['wrong 0', 'wrong 1', 'open 0'])
  const findings = new Findings()
  let built = 0
  for (let i = 0; i < 100; i++) findings.violation('late', () => `line ${built++}`)
  assert.equal(findings.conclude('a-check', texts).evidence.length, 20)
  assert.equal(built, 20)
  assert.equal(findings.violations, 100)
})
