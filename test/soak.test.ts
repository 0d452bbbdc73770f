import assert from 'node:assert/strict'
import { growthOf, type Sample } from './soak/growth.ts'
import { test } from './support/test.ts'

const SETTLE_MS = 600_000
const MB = 1e6

function samples(minutes: number, pid: number, bytesAt: (minute: number) => number): Sample[] {
  return Array.from({ length: minutes * 6 }, (_, i) => ({
    ...{ atMs: i * 10_000, name: 'coordinator', pid, value: bytesAt(i / 6) },
  }))
}

function rateOf(all: readonly Sample[]): number | null {
  return growthOf(all, SETTLE_MS)[0]!.per10Minutes
}

test('memory that goes up and down and settles does not grow; a leak is seen with its rate', () => {
  const saw = (minute: number) => 100 * MB + ((minute * 60) % 50) * 0.5 * MB
  const warming = (minute: number) => Math.min(minute, 9) * 10 * MB
  assert.ok(Math.abs(rateOf(samples(60, 1, saw))!) < 0.5 * MB)
  assert.equal(rateOf(samples(60, 1, warming)), 0)
  const leaking = rateOf(samples(60, 1, (minute) => saw(minute) + 0.2 * MB * minute))!
  assert.ok(leaking > 1.5 * MB && leaking < 2.5 * MB, `${leaking}`)
})

test('one large peak decides nothing', () => {
  assert.equal(rateOf(samples(30, 1, (minute) => (minute > 20 && minute < 21 ? 900 : 100) * MB)), 0)
})

test('a process that was killed is judged by its longest life; a life that is too short is said to be', () => {
  const first = samples(5, 1, () => 300 * MB)
  const second = samples(30, 2, () => 100 * MB).map((one) => ({ ...one, atMs: one.atMs + 300_000 }))
  const [growth] = growthOf([...first, ...second], SETTLE_MS)
  assert.equal(growth!.per10Minutes, 0)
  assert.equal(growth!.first, 100 * MB)
  assert.equal(rateOf(samples(14, 1, () => 100 * MB)), null)
})
