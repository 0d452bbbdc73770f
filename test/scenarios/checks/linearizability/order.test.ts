import assert from 'node:assert/strict'
import { complete } from '../../../../scenarios/checks/linearizability/completed.ts'
import { explains, orderOf, type Precedence } from '../../../../scenarios/checks/linearizability/order.ts'
import { type RegisterOperation, registersOf } from '../../../../scenarios/checks/linearizability/register.ts'
import { type Search, search } from '../../../../scenarios/checks/linearizability/search.ts'
import { zonesOf } from '../../../../scenarios/checks/linearizability/zones.ts'
import { test } from '../../../support/test.ts'
import { largeHistory, sessionHistory, smallHistory } from './histories.ts'

function* drawn(): Generator<readonly RegisterOperation[]> {
  for (let seed = 0; seed < 3_000; seed++)
    for (const history of [smallHistory(seed, 9), sessionHistory(seed, 9)])
      for (const { operations, phantoms } of registersOf(history)) if (phantoms.length === 0) yield operations
}

test('law: there is an order exactly if the search finds one, and both orders explain the history', () => {
  const counts = { order: 0, circle: 0 }
  for (const operations of drawn()) {
    const history = complete(operations)
    const ordering = orderOf(history, zonesOf(history))
    const found = search(history, 1_000_000)
    counts[ordering.kind]++
    assert.equal(ordering.kind === 'order', found.kind === 'linearizable')
    if (ordering.kind === 'order') assert.equal(explains(history, ordering.order), true)
    if (found.kind === 'linearizable') assert.equal(explains(history, found.order), true)
    if (ordering.kind === 'circle')
      for (const [i, { before, after }] of ordering.circle.entries()) {
        const next: Precedence = ordering.circle[(i + 1) % ordering.circle.length]!
        assert.equal(history.value[after], history.value[next.before])
        const isTrue =
          history.endUs[before]! < history.startUs[after]! ||
          history.follows[after] === before ||
          history.value[before] === 0
        assert.equal(isTrue, true, 'a precedence that is none')
      }
  }
  assert.ok(counts.order > 1_000 && counts.circle > 1_000, JSON.stringify(counts))
})

test('an order of which two operations are exchanged explains the history exactly where no pair of it says otherwise', () => {
  const [register] = registersOf(largeHistory(3, { operations: 80, clients: 4, keys: 1, unknown: 0, stale: 0 }))
  const history = complete(register!.operations)
  const { order } = search(history, 1_000_000) as Extract<Search, { kind: 'linearizable' }>
  const counts = { fine: 0, wrong: 0 }
  for (let i = 0; i < order.length; i++)
    for (let j = 0; j < i; j++) {
      const other = order.with(i, order[j]!).with(j, order[i]!)
      const inTime = other.every((b, at) => other.slice(at).every((a) => !(history.endUs[a]! < history.startUs[b]!)))
      let newest = 0
      const inValue = other.every((rank) => {
        if (history.isWrite[rank] === 1) newest = history.value[rank]!
        return history.value[rank] === newest
      })
      assert.equal(explains(history, other), inTime && inValue)
      counts[inTime && inValue ? 'fine' : 'wrong']++
    }
  assert.ok(counts.fine > 10 && counts.wrong > 1_000, JSON.stringify(counts))
  assert.equal(explains(history, order.slice(1)), false)
  assert.equal(explains(history, [...order.slice(1), order[1]!]), false)
})
