import assert from 'node:assert/strict'
import { lagOf } from '../../../scenarios/measures/lag.ts'
import type { FaultRecord, LagSeries, RunRecord } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { at, fault, record, scenario } from '../healthy-history.ts'

/** Written and applied, in milliseconds. */
function lagged(
  node: string,
  ...transactions: readonly (readonly [writtenMs: number, appliedMs: number])[]
): LagSeries {
  return {
    node,
    commitUs: transactions.map(([writtenMs]) => writtenMs * 1000),
    lagUs: transactions.map(([writtenMs, appliedMs]) => (appliedMs - writtenMs) * 1000),
  }
}

const rejoined = (ms: number, node = 'node2') =>
  at(ms * 1000, { kind: 'rejoined', node, epoch: 2, detail: 'for the test' })

/** node2 dies at 1 s, seen a millisecond later, and runs again at 2 s. */
const DEATH = fault({ atUs: 1_000_000, target: ['node2'], healedUs: 2_000_000 })

function lag(lags: readonly LagSeries[], faults: readonly FaultRecord[], events: RunRecord['events'] = []) {
  return lagOf(record({ lag: lags, faults, events }), scenario())
}

/** A replica with a lag of a millisecond but for what it missed from 1 s on, followed again at 2.1 s and caught up. */
const MISSED = lagged('node2', [900, 901], [1100, 2101], [1900, 2120], [2150, 2170], [3000, 3001])

test('lag is taken per node and over all, from what was written after the warm-up', () => {
  const result = lag(
    [
      { node: 'node2', commitUs: [100_000, 600_000, 700_000], lagUs: [90_000, 1_000, 3_000] },
      { node: 'node3', commitUs: [600_000, 700_000], lagUs: [5_000, 7_000] },
      { node: 'node4', commitUs: [], lagUs: [] },
    ],
    [],
  )
  assert.deepEqual(result.perNode.node2, { p50: 2, p99: 3, max: 3, count: 2 })
  assert.deepEqual(result.perNode.node4, { p50: 0, p99: 0, max: 0, count: 0 })
  assert.deepEqual([result.p50, result.max, result.count], [4, 7, 4])
  assert.deepEqual(result.catchingUp, { count: 0, maxMs: 0, perNode: {} })
})

test('what a replica missed while it was down is counted apart, until the coordinator says that it follows again', () => {
  const { count, max, perNode, catchingUp } = lag([MISSED, lagged('node3', [1100, 1102])], [DEATH], [rejoined(2100)])
  assert.deepEqual([count, max], [4, 20], 'written at 2.15 s, while the backlog was worked off')
  assert.deepEqual([perNode.node2!.count, perNode.node2!.max, perNode.node3!.count], [3, 20, 1])
  assert.deepEqual(catchingUp, { count: 2, maxMs: 1001, perNode: { node2: { count: 2, maxMs: 1001 } } })
})

test('a transaction that was on its way when the replica died was missed as well; one applied before was not', () => {
  const { perNode, catchingUp } = lag(
    [lagged('node2', [998, 2099], [999, 1000], [1100, 2100], [3000, 3001])],
    [DEATH],
    [rejoined(2100)],
  )
  assert.deepEqual([catchingUp!.count, perNode.node2!.count, perNode.node2!.max], [2, 2, 1])
})

test('a replica that finds its source by itself follows again when it applies again, whatever a later failover says', () => {
  // Seen to run again only after it did.
  const pause = { ...DEATH, kind: 'pause' as const, healedUs: 2_010_000 }
  const { catchingUp, perNode } = lag(
    [lagged('node2', [1100, 2003], [1900, 2004], [2500, 2900], [3500, 3501])],
    [pause],
    [rejoined(2800)],
  )
  assert.equal(catchingUp!.count, 2)
  assert.deepEqual([perNode.node2!.count, perNode.node2!.max], [2, 400])
})

test('a replica that is never seen again after its fault was undone has nothing counted apart', () => {
  const { count, catchingUp } = lag([lagged('node2', [900, 901])], [DEATH])
  assert.deepEqual([count, catchingUp!.count], [1, 0])
})

test('a fault that the harness had to undo at the end lasted until then', () => {
  const { catchingUp } = lag([lagged('node2', [900, 901], [1100, 4050], [3900, 4051])], [{ ...DEATH, healedUs: null }])
  assert.deepEqual(catchingUp, { count: 2, maxMs: 2950, perNode: { node2: { count: 2, maxMs: 2950 } } })
})

test('a replica that a partition left in reach of its source was not away', () => {
  const partition = { ...DEATH, kind: 'partition' as const, target: ['node1', 'node2', 'node3'] }
  const { catchingUp, count } = lag([lagged('node2', [1100, 1101], [1900, 1901], [2100, 2101])], [partition])
  assert.deepEqual([catchingUp!.count, count], [0, 3])
})

test('being slow is not being away, nor is the fault of another server', () => {
  const others = [
    { ...DEATH, kind: 'slow' as const },
    { ...DEATH, target: ['node3'] },
    { ...DEATH, target: ['coordinator'] },
  ]
  for (const other of others) {
    const { count, catchingUp, max } = lag([MISSED], [other], [rejoined(2100)])
    assert.deepEqual([count, catchingUp!.count, max], [5, 0, 1001])
  }
})

test('an absence shorter than the coordinator looks for is lag like any other', () => {
  const blink = { ...DEATH, kind: 'pause' as const, healedUs: 1_080_000 }
  const { catchingUp, max } = lag([lagged('node2', [1002, 1081], [1079, 1082])], [blink])
  assert.deepEqual([catchingUp!.count, max], [0, 79])
})

test('a replica that was rebuilt follows again from then on: what its copy held was never applied', () => {
  const cut = { ...DEATH, kind: 'partition' as const }
  const { catchingUp, perNode } = lag(
    [lagged('node2', [900, 901], [2900, 3499], [3490, 3501], [3600, 3601])],
    [cut],
    [rejoined(3500)],
  )
  assert.deepEqual(catchingUp!.perNode, { node2: { count: 2, maxMs: 599 } })
  assert.deepEqual([perNode.node2!.count, perNode.node2!.max], [2, 1])
})

test('what lay in the relay log of a replica that was cut off is applied during the fault, and is lag', () => {
  const cut = { ...DEATH, kind: 'partition' as const }
  const { catchingUp, perNode } = lag([lagged('node2', [990, 1010], [1100, 2005])], [cut])
  assert.deepEqual([catchingUp!.count, perNode.node2!.max], [1, 20])
})

test('a replica that went away twice has both counted apart', () => {
  const again = fault({ atUs: 2_500_000, target: ['node2'], healedUs: 3_000_000 })
  const { catchingUp, perNode } = lag(
    [lagged('node2', [1100, 2101], [2200, 2201], [2600, 3101], [3200, 3201])],
    [DEATH, again],
    [rejoined(2100), rejoined(3100)],
  )
  assert.deepEqual(catchingUp!.perNode, { node2: { count: 2, maxMs: 1001 } })
  assert.deepEqual([perNode.node2!.count, perNode.node2!.max], [2, 1])
})
