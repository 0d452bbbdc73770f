import assert from 'node:assert/strict'
import { KeyHistories } from '../../../scenarios/checks/session-history.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { stalenessOf } from '../../../scenarios/measures/staleness.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { read, smallHistory, write } from '../checks/linearizability/histories.ts'
import { record, scenario } from '../healthy-history.ts'

const EVENTUAL = { consistency: 'EVENTUAL' } as const
const UNWARMED = scenario({ workload: { ...scenario().workload, warmupUs: 0 } })

function staleness(operations: readonly Operation[], lost: readonly Operation[] = []) {
  return stalenessOf(record({ operations }), UNWARMED, lost)
}

test('a read is as stale as the first write that it misses had been answered before', () => {
  const writes = [write(1, 0, 1_000), write(2, 2_000, 3_000), write(3, 4_000, 5_000)]
  const of = (shows: number | null, sentUs: number) =>
    staleness([...writes, read(9, sentUs, sentUs + 500, shows, EVENTUAL)])!.max
  assert.equal(of(3, 10_000), 0)
  assert.equal(of(2, 10_000), 5, 'write 3 had been answered 5 ms ago')
  assert.equal(of(1, 10_000), 7, 'write 2 is the first that it misses')
  assert.equal(of(null, 10_000), 9)
  assert.equal(of(2, 4_900), 0, 'write 3 had not been answered')
})

test('a write at the same time as the one shown may be the older one, and is not missed', () => {
  const operations = [write(1, 0, 1_000), write(2, 500, 1_500), read(9, 9_000, 9_500, 1, EVENTUAL)]
  assert.equal(staleness(operations)!.max, 0)
})

test('lost EVENTUAL writes are not waited for; only measured EVENTUAL reads count', () => {
  const gone = write(2, 2_000, 3_000, EVENTUAL)
  const stale = read(9, 9_000, 9_500, 1, EVENTUAL)
  assert.equal(staleness([write(1, 0, 1_000), gone, stale])!.max, 6)
  assert.equal(staleness([write(1, 0, 1_000), gone, stale], [gone])!.max, 0)
  assert.equal(staleness([write(1, 0, 1_000), { ...stale, consistency: 'STRONG' }]), undefined)
  assert.equal(stalenessOf(record({ operations: [{ ...stale, intendedUs: 0 }] }), scenario(), []), undefined)
})

test('law: staleness agrees with looking at every pair of read and write', () => {
  let stale = 0
  for (let seed = 0; seed < 2_000; seed++) {
    const history = smallHistory(seed, 8)
    const histories = new KeyHistories(history)
    const expected = history
      .filter(({ kind, outcome, consistency }) => kind === 'read' && outcome === 'ok' && consistency === 'EVENTUAL')
      .filter((one) => histories.shownBy(one) !== undefined)
      .map((one) => {
        const shown = histories.shownBy(one)!
        const missed = history.filter(
          (w) =>
            w.kind === 'write' &&
            w.outcome === 'ok' &&
            w.endUs! < one.sentUs! &&
            (shown === null || histories.visibleByUs(shown) < w.sentUs!),
        )
        return Math.max(0, ...missed.map((w) => (one.sentUs! - w.endUs!) / 1000))
      })
    const found = staleness(history)
    assert.equal(found?.count ?? 0, expected.length, `seed ${seed}`)
    assert.equal(found?.max ?? 0, Math.max(0, ...expected), `seed ${seed}`)
    if ((found?.max ?? 0) > 0) stale++
  }
  assert.ok(stale > 50, `only ${stale} stale histories`)
})

test('a replica that applies slowly makes its readers stale, and the bound of a scenario sees it', () => {
  const text = (disk: string) => `
name: stale
workload: { ratePerSec: 500, clients: 8, reads: 0.5, keys: 2, consistency: EVENTUAL, duration: 3s }
faults:   [{ at: 10ms, slow: [node2, node3, node4], disk: ${disk}, for: 2900ms }]
`
  const p99 = (disk: string) => {
    const parsed = parseScenario(text(disk), 'stale.yaml')
    return stalenessOf(simulate(parsed, { seed: 1 }), parsed, [])!.p99
  }
  assert.ok(p99('1ms') < 10, `${p99('1ms')} ms`)
  assert.ok(p99('40ms') > 20, `${p99('40ms')} ms`)
})
