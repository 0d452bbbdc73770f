import assert from 'node:assert/strict'
import { RandomStreams } from '../../../../scenarios/chance/random.ts'
import { complete } from '../../../../scenarios/checks/linearizability/completed.ts'
import { INITIAL, type RegisterOperation } from '../../../../scenarios/checks/linearizability/register.ts'
import { search } from '../../../../scenarios/checks/linearizability/search.ts'
import { test } from '../../../support/test.ts'
import { write } from './histories.ts'

function item(kind: 'read' | 'write', value: number, startUs: number, endUs: number): RegisterOperation {
  return { kind, value, startUs, endUs, certain: true, operation: write(0, startUs, endUs) }
}

/** By trying every order: values may be written more than once here. */
function hasOrder(rest: readonly RegisterOperation[], stored: number): boolean {
  if (rest.length === 0) return true
  return rest.some((next) => {
    const others = rest.filter((other) => other !== next)
    if (others.some((other) => other.endUs < next.startUs)) return false
    if (next.kind === 'read' && next.value !== stored) return false
    return hasOrder(others, next.kind === 'write' ? next.value : stored)
  })
}

test('law: the search agrees with trying every order, also where values are written more than once', () => {
  let linearizable = 0
  for (let seed = 0; seed < 3_000; seed++) {
    const stream = new RandomStreams(seed).stream('search')
    const below = (n: number) => Math.floor(stream.uniform() * n)
    const span = 2 + below(10)
    const items = Array.from({ length: 1 + below(7) }, () => {
      const startUs = below(span)
      const isWrite = below(2) === 0
      return item(isWrite ? 'write' : 'read', isWrite ? below(3) : below(4) - 1, startUs, startUs + below(7))
    })
    // Ends of writes are only brought forward where a value is written once.
    const once = items.filter(({ kind }) => kind === 'write').map(({ value }) => value)
    if (new Set(once).size !== once.length) {
      const history = complete(items)
      for (let rank = 0; rank < history.size; rank++) history.endUs[rank] = items[history.source[rank]!]!.endUs
      const found = search(history, 1e6)
      assert.equal(found.kind, hasOrder(items, INITIAL) ? 'linearizable' : 'impossible', `seed ${seed}`)
    } else assert.equal(search(complete(items), 1e6).kind, hasOrder(items, INITIAL) ? 'linearizable' : 'impossible')
    if (hasOrder(items, INITIAL)) linearizable++
  }
  assert.ok(linearizable > 500 && linearizable < 2_500, `${linearizable} of 3,000 are linearizable: too one-sided`)
})

test('the order that the search finds is one', () => {
  const items = [
    item('write', 1, 0, 30),
    item('write', 2, 5, 25),
    item('read', 2, 26, 28),
    item('read', 1, 31, 40),
    item('read', INITIAL, 2, 6),
  ]
  const history = complete(items)
  const found = search(history, 1_000)
  assert.equal(found.kind, 'linearizable')
  const order = (found.kind === 'linearizable' ? found.order : []).map((rank) => history.source[rank])
  assert.deepEqual(order, [4, 1, 2, 0, 3])
})

test('operations that touch in one microsecond may take either order, those a microsecond apart only one', () => {
  const stale = (readFromUs: number) =>
    search(complete([item('write', 1, 0, 5), item('write', 2, 6, 10), item('read', 1, readFromUs, 20)]), 1_000).kind
  assert.equal(stale(10), 'linearizable')
  assert.equal(stale(11), 'impossible')
})

/** Every value is written twice, all at once, and read one after the other three times over: once too often. */
function adversarial(values: number): RegisterOperation[] {
  const items: RegisterOperation[] = []
  for (let value = 0; value < values; value++)
    for (let copy = 0; copy < 2; copy++) items.push(item('write', value, 0, 10_000))
  for (let at = 0; at < 2 * values + 1; at++) items.push(item('read', (at * 7) % values, 10 + 10 * at, 15 + 10 * at))
  return items
}

test('a search that would take for ever ends as exhausted when its steps are spent', () => {
  const history = complete(adversarial(24))
  for (let rank = 0; rank < history.size; rank++) if (history.isWrite[rank] === 1) history.endUs[rank] = 10_000
  const found = search(history, 200_000)
  assert.equal(found.kind, 'exhausted')
  assert.ok(found.steps < 201_000, `${found.steps} steps`)
})

test('the cache keeps the search from entering a dead end twice: configurations, not orders, are what is tried', () => {
  const history = complete(adversarial(5))
  for (let rank = 0; rank < history.size; rank++) if (history.isWrite[rank] === 1) history.endUs[rank] = 10_000
  const found = search(history, 5_000_000)
  assert.equal(found.kind, 'impossible')
  // Ten writes have 3,628,800 orders and 1,024 subsets.
  assert.ok(found.steps < 400_000, `${found.steps} steps`)
})
