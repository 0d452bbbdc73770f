import assert from 'node:assert/strict'
import { EventQueue } from '../../../sim/kernel/event-queue.ts'
import { MachineClock } from '../../../sim/kernel/machine-clock.ts'
import { test } from '../../support/test.ts'

function clockAt(us: number) {
  const queue = new EventQueue()
  const clock = new MachineClock(queue)
  queue.run(us)
  return { queue, clock, pass: (more: number) => queue.run(queue.now + more) }
}

test('a skewed clock is wrong by its offset at once, and by its drift more and more', () => {
  const { clock, pass } = clockAt(1_000_000)
  assert.equal(clock.errorUs(), 0)
  clock.skew(-300_000, 100)
  assert.equal(clock.errorUs(), -300_000)
  pass(10_000_000)
  assert.equal(clock.errorUs(), -300_000 + 1_000)
  clock.correct()
  assert.equal(clock.errorUs(), 0)
  pass(1_000_000)
  assert.equal(clock.errorUs(), 0)
})

test('the monotonic clock never jumps: an offset does not touch it, and a drift only its rate', () => {
  const { clock, pass } = clockAt(1_000_000)
  clock.skew(-300_000, -500_000)
  assert.equal(clock.monotonicUs(), 1_000_000)
  pass(2_000_000)
  assert.equal(clock.monotonicUs(), 2_000_000)
  clock.correct()
  assert.equal(clock.monotonicUs(), 2_000_000)
  pass(1_000_000)
  assert.equal(clock.monotonicUs(), 3_000_000)
})

test("a slow machine's timers take longer", () => {
  const { clock } = clockAt(0)
  assert.equal(clock.trueUs(1_000), 1_000)
  clock.skew(0, -500_000)
  assert.equal(clock.trueUs(1_000), 2_000)
})
