import assert from 'node:assert/strict'
import { numbersOf, rowsOf } from '../../scenarios/rows.ts'
import { test } from '../support/test.ts'
import { operation } from './healthy-history.ts'

test('a history without transactions is its own list of rows', () => {
  const operations = [operation({ op: 1 }), operation({ op: 2 })]
  assert.equal(rowsOf(operations), operations)
})

test('a transaction is a write for each of its rows, with numbers that follow its own and one outcome', () => {
  const transaction = operation({ op: 4, key: 7, moreKeys: [9, 2], outcome: 'unknown' })
  const rows = rowsOf([operation({ op: 3 }), transaction, operation({ op: 7 })])
  assert.deepEqual(
    rows.map(({ op, key, outcome }) => [op, key, outcome]),
    [
      [3, 3, 'ok'],
      [4, 7, 'unknown'],
      [5, 9, 'unknown'],
      [6, 2, 'unknown'],
      [7, 0, 'ok'],
    ],
  )
  assert.deepEqual(numbersOf(transaction), [4, 5, 6])
})
