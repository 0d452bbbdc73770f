import assert from 'node:assert/strict'
import { Estimate, longText } from '../../cli/estimate.ts'
import { test } from '../support/test.ts'

/** An estimate on a clock that the test moves. */
function estimated(): { readonly estimate: Estimate; readonly at: (seconds: number, share: number) => string | null } {
  let nowMs = 5000
  const estimate = new Estimate('5 trials of 60 s', () => nowMs)
  const at = (seconds: number, share: number) => {
    nowMs = 5000 + seconds * 1000
    return estimate.at(share)
  }
  return { estimate, at }
}

test('what will take more than ten minutes says so after a second, once, and how long', () => {
  const { at } = estimated()
  assert.equal(at(0, 0), null)
  assert.equal(at(0.5, 0.0004), null)
  assert.equal(at(1, 0.0008), '  this will take about 21 minutes in all (5 trials of 60 s)')
  assert.equal(at(2, 0.0016), null)
})

test('what takes less says nothing', () => {
  const { at } = estimated()
  assert.deepEqual([at(0, 0), at(1, 0.01), at(300, 0.5)], [null, null, null])
})

test('what was done before the first look does not make it look faster', () => {
  const { at } = estimated()
  assert.equal(at(0, 0.5), null)
  assert.match(at(1, 0.501)!, /about 17 minutes/)
})

test('hours and days are said as such', () => {
  assert.deepEqual(
    [25, 119, 60 * 30, 60 * 24 * 5].map((minutes) => longText(minutes * 60_000)),
    ['25 minutes', '2 hours', '30 hours', '5 days'],
  )
})
