import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ESCAPES, shownLength, wrapped } from '../../reports/wrapping.ts'
import { test } from '../support/test.ts'

test('a line that is too wide is broken between words, and what follows is indented', () => {
  assert.equal(wrapped('one two three four', 9), 'one two\nthree\nfour')
  assert.equal(
    wrapped('  5.000 s  no failover: too few count', 24, 11),
    '  5.000 s  no failover:\n        too few count',
  )
  assert.equal(wrapped('short', 80, 4), 'short')
  assert.equal(wrapped('a b', Number.POSITIVE_INFINITY), 'a b')
})

test('colours take no room and are neither lost nor left on over the end of a line', () => {
  const text = wrapped('\x1b[31mred red red\x1b[0m plain', 8, 2)
  assert.equal(text, '\x1b[31mred red\x1b[0m\n  \x1b[31mred\x1b[0m\n  plain')
})

test('law: no line is wider than the terminal, and no word is lost', () => {
  const word = fc.stringMatching(/^[a-z,.()]{1,30}$/)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 6, max: 90 }),
      fc.nat(30),
      (words, width, indent) => {
        const text = words.join(' ')
        const lines = wrapped(text, width, indent).split('\n')
        for (const line of lines) assert.ok(shownLength(line) <= width, line)
        assert.equal(lines.join('').replaceAll(' ', ''), words.join(''))
        assert.doesNotMatch(lines.join(''), ESCAPES)
      },
    ),
  )
})
