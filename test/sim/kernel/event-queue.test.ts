import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type EventHandle, EventQueue } from '../../../sim/kernel/event-queue.ts'
import { test } from '../../support/test.ts'

/** The same promises kept in the dumbest way: a list, sorted again before every use. */
class SortedList {
  now = 0
  #sequence = 0
  #events: { timeUs: number; sequence: number; label: number }[] = []
  readonly log: string[] = []

  get pending(): number {
    return this.#events.length
  }

  after(delayUs: number, label: number): number {
    this.#events.push({ timeUs: this.now + delayUs, sequence: this.#sequence, label })
    return this.#sequence++
  }

  cancel(sequence: number): boolean {
    const before = this.#events.length
    this.#events = this.#events.filter((event) => event.sequence !== sequence)
    return this.#events.length < before
  }

  runNext(onEvent: (label: number) => void): boolean {
    this.#events.sort((a, b) => a.timeUs - b.timeUs || a.sequence - b.sequence)
    const first = this.#events.shift()
    if (first === undefined) return false
    this.now = first.timeUs
    onEvent(first.label)
    return true
  }

  run(untilUs: number, onEvent: (label: number) => void): void {
    while (this.#events.some((event) => event.timeUs <= untilUs)) this.runNext(onEvent)
    this.now = Math.max(this.now, untilUs)
  }
}

type Step =
  | { readonly do: 'after'; readonly delayUs: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'run'; readonly forUs: number }
  | { readonly do: 'runNext' }

/** Delays are short on purpose: most events tie with others. Long runs of inserts make the heap deep, and grow it. */
const delayUs = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1000 }))
const after = fc.record({ do: fc.constant('after' as const), delayUs })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: after },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('run' as const), forUs: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('runNext' as const) }) },
)
const steps = fc
  .tuple(fc.array(after, { maxLength: 60, size: 'max' }), fc.array(step, { maxLength: 200, size: 'max' }))
  .map(([first, then]): Step[] => [...first, ...then])

test('whatever is scheduled, cancelled and run, the queue does exactly what a sorted list does', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const queue = new EventQueue(2)
      const list = new SortedList()
      const handles: { ours: EventHandle; theirs: number }[] = []
      const fired: string[] = []
      const expected: string[] = []
      let label = 0
      const start = (delay: number) => {
        handles.push({ ours: queue.after(delay, onFire, label), theirs: list.after(delay, label) })
        label++
      }
      // Both are driven in lockstep, so an event's own schedule and cancel calls are made once, by whoever is second.
      const onFire = (which: number) => fired.push(`${queue.now} ${which}`)
      const onExpected = (which: number) => expected.push(`${list.now} ${which}`)
      for (const action of script) {
        if (action.do === 'after') start(action.delayUs)
        else if (action.do === 'run') {
          const untilUs = queue.now + action.forUs
          queue.run(untilUs)
          list.run(untilUs, onExpected)
        } else if (action.do === 'runNext') assert.equal(queue.runNext(), list.runNext(onExpected))
        else if (handles.length > 0) {
          const { ours, theirs } = handles[action.which % handles.length]!
          assert.equal(queue.cancel(ours), list.cancel(theirs))
        }
        assert.equal(queue.pending, list.pending)
        assert.equal(queue.now, list.now)
      }
      while (queue.runNext()) list.runNext(onExpected)
      assert.deepEqual(fired, expected)
      assert.equal(queue.fired, fired.length)
      assert.equal(list.pending, 0)
    }),
    { numRuns: 500 },
  )
})

test('events that schedule and cancel others while they fire keep the order of a sorted list', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(40)), { minLength: 1, maxLength: 80 }), (plan) => {
      /** Event i schedules event 2i and 2i + 1 of the plan, and cancels the one the plan names. */
      const play = (
        nowUs: () => number,
        start: (delay: number, label: number) => number,
        stop: (handle: number) => boolean,
      ) => {
        const log: string[] = []
        const handles = new Map<number, number>()
        const fire = (label: number) => {
          const [, victim] = plan[label]!
          const handle = handles.get(victim)
          log.push(`${nowUs()}: ${label} cancels ${victim}: ${handle !== undefined && stop(handle)}`)
          for (const next of [2 * label + 1, 2 * label + 2])
            if (next < plan.length) handles.set(next, start(plan[next]![0], next))
        }
        return { log, fire, begin: () => handles.set(0, start(plan[0]![0], 0)) }
      }
      const queue = new EventQueue(1)
      const ours = play(
        () => queue.now,
        (delay, label) => queue.after(delay, (which) => ours.fire(which), label),
        (handle) => queue.cancel(handle),
      )
      ours.begin()
      while (queue.runNext()) {}
      const list = new SortedList()
      const theirs = play(
        () => list.now,
        (delay, label) => list.after(delay, label),
        (handle) => list.cancel(handle),
      )
      theirs.begin()
      while (list.runNext(theirs.fire)) {}
      assert.deepEqual(ours.log, theirs.log)
    }),
    { numRuns: 500 },
  )
})

test('events of the same time fire in the order they were scheduled, thousands of them', () => {
  const queue = new EventQueue()
  const fired: number[] = []
  for (let label = 0; label < 5000; label++) queue.after(7, (which: number) => fired.push(which), label)
  queue.run(7)
  assert.deepEqual(
    fired,
    Array.from({ length: 5000 }, (_, index) => index),
  )
})

test('a stale handle is harmless, also when its slot serves another event', () => {
  const queue = new EventQueue()
  let fired = 0
  const first = queue.after(1, () => fired++, null)
  assert.equal(queue.cancel(first), true)
  assert.equal(queue.cancel(first), false)
  const second = queue.after(1, () => fired++, null)
  assert.notEqual(second, first)
  assert.equal(queue.cancel(first), false)
  queue.run(1)
  assert.equal(fired, 1)
  assert.equal(queue.cancel(second), false)
  assert.equal(queue.pending, 0)
})

test('-1 names no event, however many there are', () => {
  const queue = new EventQueue(1)
  assert.equal(queue.cancel(-1), false)
  for (let event = 0; event < 2 ** 16; event++) queue.after(1, () => {}, null)
  assert.equal(queue.cancel(-1), false)
  assert.equal(queue.pending, 2 ** 16)
})

test('an event that cancels itself is too late', () => {
  const queue = new EventQueue()
  const results: boolean[] = []
  const handle: EventHandle = queue.after(1, () => results.push(queue.cancel(handle)), null)
  queue.run(10)
  assert.deepEqual(results, [false])
})

test('run fires what is due up to and including its limit, and the clock stands at the limit', () => {
  const queue = new EventQueue()
  const fired: number[] = []
  for (const delay of [10, 11, 12]) queue.after(delay, (which: number) => fired.push(which), delay)
  queue.run(11)
  assert.deepEqual(fired, [10, 11])
  assert.equal(queue.now, 11)
  queue.run(11)
  queue.run(5)
  assert.equal(queue.now, 11)
  queue.run(Infinity)
  assert.deepEqual(fired, [10, 11, 12])
  assert.equal(queue.now, 12)
})

test('stop ends the run after the current event, and the next run goes on from there', () => {
  const queue = new EventQueue()
  const fired: number[] = []
  for (const delay of [1, 2, 3])
    queue.after(
      delay,
      (which: number) => {
        fired.push(which)
        if (which === 2) queue.stop()
      },
      delay,
    )
  queue.run(100)
  assert.deepEqual(fired, [1, 2])
  assert.equal(queue.now, 2)
  queue.run(100)
  assert.deepEqual(fired, [1, 2, 3])
  assert.equal(queue.now, 100)
})

test('an event that throws ends the run with its own error, and the queue is still in order', () => {
  const queue = new EventQueue()
  const fired: string[] = []
  queue.after(1, (which: string) => fired.push(which), 'before')
  queue.after(
    2,
    () => {
      throw new Error('from the event')
    },
    null,
  )
  queue.after(3, (which: string) => fired.push(which), 'after')
  assert.throws(() => queue.run(10), /from the event/)
  assert.equal(queue.now, 2)
  queue.run(10)
  assert.deepEqual(fired, ['before', 'after'])
})

test('a delay that is negative, fractional, infinite or no number is refused, and nothing is scheduled', () => {
  const queue = new EventQueue()
  for (const wrong of [-1, 0.5, Number.NaN, Infinity, 2 ** 53, 1e300])
    assert.throws(() => queue.after(wrong, () => {}, null), /non-negative integer of microseconds/)
  assert.equal(queue.pending, 0)
})

test('an event may not call run', () => {
  const queue = new EventQueue()
  queue.after(1, () => queue.run(5), null)
  assert.throws(() => queue.run(10), /run was called by an event/)
})

test('times beyond 2^32 microseconds keep their order', () => {
  const queue = new EventQueue()
  const fired: number[] = []
  for (const delay of [2 ** 40 + 1, 2 ** 32, 2 ** 40, 2 ** 32 - 1])
    queue.after(delay, (which: number) => fired.push(which), delay)
  queue.run(2 ** 41)
  assert.deepEqual(fired, [2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 40 + 1])
})
