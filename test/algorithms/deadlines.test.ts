import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Deadlines, type Expiring, releaseDeadline } from '../../algorithms/deadlines.ts'
import { EventQueue } from '../../sim/kernel/event-queue.ts'
import { test } from '../support/test.ts'

const DURATION_US = 50

class Noted implements Expiring {
  deadlines: Deadlines | null = null
  deadlinePlace = 0
  readonly setUs: number
  readonly #expired: [Noted, number][]
  readonly #queue: EventQueue

  constructor(queue: EventQueue, expired: [Noted, number][]) {
    this.setUs = queue.now
    this.#queue = queue
    this.#expired = expired
  }

  expire(): void {
    this.#expired.push([this, this.#queue.now])
  }
}

test('a deadline passes after its duration, in the order they were set, unless it was taken back before', () => {
  const step = fc.record({ waitUs: fc.nat(20), release: fc.option(fc.nat(30), { nil: null }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new EventQueue()
      const expired: [Noted, number][] = []
      let empty = 0
      const deadlines = new Deadlines(queue, DURATION_US, () => empty++)
      const set: Noted[] = []
      const kept = new Set<Noted>()
      for (const { waitUs, release } of steps) {
        // Its owner makes a new list when this one has become empty.
        if (empty > 0) break
        const noted = new Noted(queue, expired)
        deadlines.add(noted)
        set.push(noted)
        kept.add(noted)
        const other = release === null ? undefined : set[release]
        if (other !== undefined && other.setUs + DURATION_US > queue.now) {
          releaseDeadline(other)
          releaseDeadline(other)
          kept.delete(other)
        }
        queue.run(queue.now + waitUs)
      }
      queue.run(queue.now + 3 * DURATION_US)
      const expected = [...kept].map((noted) => [noted, noted.setUs + DURATION_US])
      assert.deepEqual(expired, expected)
      assert.equal(empty, 1)
      assert.equal(queue.pending, 0)
    }),
  )
})
