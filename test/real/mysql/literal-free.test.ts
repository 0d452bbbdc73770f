import assert from 'node:assert/strict'
import fc from 'fast-check'
import { literalFree } from '../../../real/mysql/literal-free.ts'
import { test } from '../../support/test.ts'

test('statements that differ in values only have one key', () => {
  for (const [a, b] of [
    ["SELECT 'a', 1", "SELECT 'it\\'s; FOR UPDATE', 22"],
    ["INSERT INTO t1 VALUES (1, 'x')", "INSERT INTO t1 VALUES (20, 'y\\\\')"],
    ['SELECT 1.5', 'SELECT 22.75'],
  ] as const)
    assert.equal(literalFree(a), literalFree(b))
})

test('whatever may decide what a statement does is in its key', () => {
  for (const [a, b] of [
    ['SELECT `a`', 'SELECT `b`'],
    ['SELECT t1', 'SELECT t2'],
    ["SELECT 'a' 'b'", "SELECT 'a'"],
    ['SELECT 1 -- x\nFOR UPDATE', 'SELECT 1 -- x FOR UPDATE'],
    ['SELECT 1 --x', 'SELECT 1 -- x'],
    ["SELECT 'a\\' FOR UPDATE -- '", "SELECT 'a' FOR UPDATE -- '"],
    ['SELECT 1e5', 'SELECT 1e6'],
  ] as const)
    assert.notEqual(literalFree(a), literalFree(b))
})

test('where the reading is not certain there is no key', () => {
  for (const text of [
    "SELECT 'a",
    'SELECT "a',
    'SELECT `a',
    'SELECT /* a',
    'SELECT /*! 1 */',
    'SELECT \\N',
    'SELECT \0',
  ])
    assert.equal(literalFree(text), null)
  assert.equal(literalFree(`SELECT ${'a, '.repeat(10_000)} 1`), null)
  assert.notEqual(literalFree(`SELECT '${'x'.repeat(2_000_000)}'`), null)
})

/** A string that MySQL reads as one, whatever is in it. */
const quoted = fc
  .tuple(
    fc.constantFrom("'", '"'),
    fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', ';', '-', '/', '*', '\n', ' ') }),
  )
  .map(([quote, inside]) => quote + inside.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote)

test('a string ends where MySQL ends it: nothing of it is left in the key, and nothing behind it is lost', () => {
  fc.assert(
    fc.property(fc.array(quoted, { minLength: 1, maxLength: 4 }), (strings) => {
      assert.equal(
        literalFree(`SELECT ${strings.join(', ')} FROM t`),
        `SELECT ${strings.map(() => '\0').join(', ')} FROM t`,
      )
    }),
  )
})
