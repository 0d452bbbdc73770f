import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { Schedule } from '../../../scenarios/clients/operation-schedule.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

function drawn(workload: string) {
  const scenario = parseScenario(`name: drawn\nworkload: { ratePerSec: 500, duration: 4s, ${workload} }`, 'drawn.yaml')
  const schedule = new Schedule(scenario.workload, new RandomStreams(3))
  const all: {
    op: number
    isRead: boolean
    key: number
    intendedUs: number
    moreKeys: readonly number[]
    payloadBytes: number
  }[] = []
  while (schedule.advance()) {
    const { op, isRead, key, intendedUs, moreKeys, payloadBytes } = schedule
    all.push({ op, isRead, key, intendedUs, moreKeys, payloadBytes })
  }
  return all
}

test('a transaction writes different keys, and each of its rows has a number that no other has', () => {
  const all = drawn('keys: { zipf: 2, count: 5 }, transaction: { statements: 5 }')
  const writes = all.filter(({ isRead }) => !isRead)
  for (const { key, moreKeys } of writes) assert.equal(new Set([key, ...moreKeys]).size, 5)
  const numbers = all.flatMap(({ op, moreKeys }) => [op, ...moreKeys.map((_, i) => op + i + 1)])
  assert.equal(new Set(numbers).size, numbers.length)
  assert.equal(Math.max(...numbers), numbers.length)
})

test('reads are of one key and carry nothing', () => {
  for (const { isRead, moreKeys, payloadBytes } of drawn('transaction: { statements: 3 }, payload: 1kB')) {
    assert.equal(moreKeys.length, isRead ? 0 : 2)
    assert.equal(payloadBytes, isRead ? 0 : 1000)
  }
})

test('transactions and payloads move no arrival, no kind and no first key', () => {
  const first = ({ isRead, key, intendedUs }: ReturnType<typeof drawn>[number]) => ({ isRead, key, intendedUs })
  assert.deepEqual(drawn('transaction: { statements: 4 }, payload: 10kB').map(first), drawn('').map(first))
})

test('sizes of a lognormal payload have its median, and none is more than a megabyte', () => {
  const sizes = drawn('reads: 0, payload: { lognormal: { median: 100kB, sigma: 3 } }').map(
    ({ payloadBytes }) => payloadBytes,
  )
  const median = [...sizes].sort((a, b) => a - b)[sizes.length >> 1]!
  assert.ok(median > 80_000 && median < 125_000, `${median}`)
  assert.equal(Math.max(...sizes), 1_000_000)
  assert.ok(Math.min(...sizes) >= 1)
})
