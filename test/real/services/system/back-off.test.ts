import assert from 'node:assert/strict'
import { BackOff } from '../../../../real/services/system/back-off.ts'
import { test } from '../../../support/test.ts'

test('the first end is mended at once, later ones later, and after eight in a row there is no next', () => {
  const backOff = new BackOff()
  const delaysMs = Array.from({ length: 9 }, () => backOff.next(0))
  assert.deepEqual(delaysMs, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, null])
})

test('what has run for a while has recovered: its next end is the first again', () => {
  const backOff = new BackOff()
  for (let i = 0; i < 7; i++) backOff.next(0)
  assert.equal(backOff.next(20_000), 100)
  assert.equal(backOff.ends, 1)
})
