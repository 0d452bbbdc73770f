import assert from 'node:assert/strict'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { EXIT, endingOf } from '../../cli/exit.ts'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { ScenarioError, UsageError } from '../../scenarios/file/errors.ts'
import { SHELL_DEADLINE_MS, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'
import { thrownBy } from '../support/thrown-by.ts'

const codeOf = (error: unknown) => endingOf(error).code

test('the README lists every exit code, and no other', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const section = readme.split('## Exit codes')[1]!.split('\n## ')[0]!
  const listed = [...section.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  assert.deepEqual(listed, Object.values(EXIT))
})

test("a user's mistake is 2, the environment 3, and a bug 70 with its stack and its causes", () => {
  assert.equal(codeOf(new UsageError('x')), EXIT.usage)
  assert.equal(codeOf(new ScenarioError('f', { line: 1, column: 1 }, 'a', 'b', 'c')), EXIT.usage)
  assert.equal(codeOf(new EnvironmentError('x')), EXIT.environment)
  const bug = endingOf(new Error('above', { cause: new Error('below') }))
  assert.equal(bug.code, EXIT.bug)
  assert.match(bug.text, /above\n {4}at [\s\S]*caused by Error: below\n {4}at [\s\S]*\nThis is a bug in quorumlab\.$/)
})

test('a refusal of the operating system that nobody foresaw is the environment, with what to do', () => {
  const refusals: readonly (readonly [() => unknown, RegExp])[] = [
    [() => openSync('/nowhere/x', 'r'), /^ENOENT.*\n.*--out/],
    [() => writeFileSync('/dev/full', 'x'), /^ENOSPC.*\n.*no room left/],
    [() => openSync('/dev/null/x', 'r'), /^ENOTDIR/],
  ]
  for (const [refuse, text] of refusals) {
    const ending = endingOf(thrownBy(refuse))
    assert.equal(ending.code, EXIT.environment, ending.text)
    assert.match(ending.text, text)
  }
  // What only a mistake of our own can cause stays a bug.
  assert.equal(codeOf(thrownBy(() => readFileSync(-5))), EXIT.bug)
  assert.equal(codeOf(thrownBy(() => new TypeError('x').message.at(0)!.at(1)!.length)), EXIT.bug)
})

test('a stdout that takes nothing: exit 3 and why', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  const { code, stderr } = await shell('cli list > /dev/full')
  assert.equal(code, EXIT.environment, stderr)
  assert.match(stderr, /^ENOSPC: no space left on device, write\nThere is no room left/)
})
