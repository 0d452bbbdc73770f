/** What a change of the product does to the planted bugs is said at once, not after a minute of hunting. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { PLANTED_BUGS } from './planted/bugs.ts'
import { planted } from './planted/tree.ts'
import { test } from './support/test.ts'

test('every planted bug fits the source as it is, and changes it', () => {
  for (const { name, edits } of PLANTED_BUGS) {
    const texts = new Map(edits.map(({ file }) => [file, readFileSync(file, 'utf8')]))
    for (const edit of edits) {
      const text = texts.get(edit.file)!
      const after = planted(text, edit)
      assert.notEqual(after, text, name)
      texts.set(edit.file, after)
    }
  }
})

test('every hunt looks where there is something: its tests and its swarm are there', () => {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'))
  for (const { name, hunts } of PLANTED_BUGS) {
    assert.ok(hunts.length > 0, name)
    for (const hunt of hunts)
      if (hunt.kind === 'swarm')
        assert.ok(existsSync(`test/planted/swarms/${hunt.swarm}.yaml`), `${name}: ${hunt.swarm}`)
      // A pattern that matches nothing fails every run, planted or not.
      else
        for (const pattern of hunt.patterns)
          assert.ok(
            tests.some((path) => `test/${path}`.includes(pattern)),
            pattern,
          )
  }
})

test('a planted bug that does not fit its source is an error', () => {
  const edit = { file: 'sim/run.ts', find: 'no such text', replace: '' }
  assert.throws(() => planted('some text', edit), /expected its text once in sim\/run.ts, found it 0 times/)
  assert.throws(() => planted('no such text, no such text', edit), /found it 2 times/)
})

test('there are at least 25 planted bugs, each with a name and a story of its own', () => {
  assert.ok(PLANTED_BUGS.length >= 25, `${PLANTED_BUGS.length}`)
  assert.equal(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length)
  assert.equal(new Set(PLANTED_BUGS.map(({ story }) => story)).size, PLANTED_BUGS.length)
})
