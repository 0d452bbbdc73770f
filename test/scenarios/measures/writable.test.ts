import assert from 'node:assert/strict'
import { fencedSourcesOf } from '../../../scenarios/measures/writable.ts'
import { test } from '../../support/test.ts'
import { at } from '../healthy-history.ts'

test('an old source that was fenced is told with how long it stayed writable, one of the start is not', () => {
  const events = [
    at(-5_000, { kind: 'fenced', node: 'node1', writableForUs: 900 }),
    at(3_000_000, { kind: 'fenced', node: 'node2', writableForUs: 42_500 }),
  ]
  assert.deepEqual(fencedSourcesOf(events), [{ node: 'node2', atMs: 3_000, writableMs: 42.5 }])
})
