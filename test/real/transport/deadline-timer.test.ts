import assert from 'node:assert/strict'
import { DeadlineTimer } from '../../../real/transport/deadline-timer.ts'
import { test } from '../../support/test.ts'

/** Deadlines as an owner keeps them: a list, and when each was expired. */
class Owner {
  readonly open = new Set<number>()
  readonly expired: { readonly dueMs: number; readonly atMs: number }[] = []
  wakeUps = 0
  onExpired: () => void = () => {}
  readonly timer = new DeadlineTimer((nowMs) => {
    this.wakeUps++
    for (const dueMs of this.open)
      if (dueMs <= nowMs) {
        this.open.delete(dueMs)
        this.expired.push({ dueMs, atMs: nowMs })
        this.onExpired()
      }
    return Math.min(Number.POSITIVE_INFINITY, ...this.open)
  })

  begin(inMs: number): number {
    const dueMs = performance.now() + inMs
    this.open.add(dueMs)
    this.timer.cover(dueMs)
    return dueMs
  }

  async until(count: number): Promise<void> {
    // The deadline's timer does not keep a process alive; this one does.
    const alive = setInterval(() => {}, 1_000)
    await new Promise<void>((resolve) => {
      this.onExpired = () => this.expired.length >= count && resolve()
    })
    clearInterval(alive)
  }
}

test('no deadline is kept early, and each is kept, in whichever order they were given', async () => {
  const owner = new Owner()
  const due = [40, 3, 20, 0, 3.5, 60, 20.25].map((inMs) => owner.begin(inMs))
  await owner.until(due.length)
  assert.deepEqual(
    owner.expired.map(({ dueMs }) => dueMs).toSorted((a, b) => a - b),
    due.toSorted((a, b) => a - b),
  )
  for (const { dueMs, atMs } of owner.expired) assert.ok(atMs >= dueMs, `due ${dueMs}, expired ${atMs}`)
})

test('a deadline that was given while another is kept is kept, too', async () => {
  const owner = new Owner()
  owner.begin(5)
  await owner.until(1)
  // An hour is far enough for any machine.
  owner.begin(3_600_000)
  const sooner = owner.begin(2)
  await owner.until(2)
  assert.equal(owner.expired[1]!.dueMs, sooner)
  owner.timer.stop()
})

test('a thousand calls that are answered in time wake nobody up a thousand times', async () => {
  const owner = new Owner()
  for (let call = 0; call < 1_000; call++) owner.open.delete(owner.begin(30))
  owner.begin(60)
  await owner.until(1)
  // The first of the thousand, and then the one that was left.
  assert.ok(owner.wakeUps <= 4, `${owner.wakeUps} wake-ups`)
})

test('after stop nothing is expired', async () => {
  const owner = new Owner()
  owner.begin(5)
  owner.timer.stop()
  const other = new Owner()
  other.begin(30)
  await other.until(1)
  assert.equal(owner.wakeUps, 0)
})
