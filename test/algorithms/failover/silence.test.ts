import assert from 'node:assert/strict'
import { LEAST_US, Silence } from '../../../algorithms/failover/silence.ts'
import { test } from '../../support/test.ts'

const MOST_US = 1_000_000

/** Asked every 100 ms, and answered after so long each time. */
function measured(
  count: number,
  answerUs: number,
  silence = new Silence(),
  fromUs = 0,
): { silence: Silence; nowUs: number } {
  let nowUs = fromUs
  for (let i = 0; i < count; i++, nowUs += 100_000) {
    silence.asked(nowUs)
    silence.answered(nowUs + answerUs)
  }
  return { silence, nowUs }
}

test('a silence begins with a question, and any answer ends it', () => {
  const silence = new Silence()
  assert.equal(silence.sinceUs, null)
  silence.asked(100)
  silence.asked(200)
  assert.equal(silence.sinceUs, 100)
  silence.answered(250)
  assert.equal(silence.sinceUs, null)
  silence.asked(300)
  assert.equal(silence.sinceUs, 300)
})

test('who was measured seldom gets all the time there is', () => {
  const { silence, nowUs } = measured(19, 1_000)
  assert.equal(silence.boundUs(MOST_US, nowUs), MOST_US)
  measured(1, 1_000, silence, nowUs)
  assert.equal(silence.boundUs(MOST_US, nowUs), LEAST_US)
})

test('a stall of 300 ms is never a reason, and less than what is tuned never a bound', () => {
  const { silence, nowUs } = measured(1_000, 200)
  assert.equal(LEAST_US > 300_000, true)
  assert.equal(silence.boundUs(MOST_US, nowUs), LEAST_US)
  assert.equal(silence.boundUs(250_000, nowUs), 250_000)
})

test('a stall and twice the longest silence of the last minute, and then that is forgotten', () => {
  const { silence, nowUs } = measured(50, 1_000)
  measured(1, 150_000, silence, nowUs)
  assert.equal(silence.boundUs(MOST_US, nowUs + 150_000), 600_000)
  assert.equal(silence.boundUs(MOST_US, nowUs + 50_000_000), 600_000)
  assert.equal(silence.boundUs(MOST_US, nowUs + 71_000_000), LEAST_US)
})

test('who was gone for long is measured anew', () => {
  const { silence, nowUs } = measured(50, 1_000)
  measured(1, 2_000_000, silence, nowUs)
  assert.equal(silence.boundUs(MOST_US, nowUs + 2_000_000), MOST_US)
})

test('what the asker missed while it did not run is no silence of the other, and never reaches into the future', () => {
  const silence = new Silence()
  silence.asked(1_000)
  silence.missed(500, 2_000)
  assert.equal(silence.sinceUs, 1_500)
  silence.missed(5_000, 2_500)
  assert.equal(silence.sinceUs, 2_500)
  new Silence().missed(10, 20)
})
