import assert from 'node:assert/strict'
import { recordedRun } from '../../../../real/dashboard/recorded/recorded-run.ts'
import { snapshotAt } from '../../../../real/dashboard/recorded/snapshot-at.ts'
import { positionsOf } from '../../../../real/dashboard/state/gtid-positions.ts'
import type { NodeState } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { crashResult } from '../recorded-crash.ts'

const A = '11111111-1111-1111-1111-111111111111'
const B = '22222222-2222-2222-2222-222222222222'

function nodes(states: readonly Partial<NodeState>[]): NodeState[] {
  const [any] = snapshotAt(recordedRun(crashResult()), 3000).topology.nodes
  return states.map((state, index) => ({
    ...any!,
    executed: '',
    retrieved: '',
    errant: '',
    id: `instance-${index + 1}`,
    ...state,
  }))
}

test('what a server lacks is counted against what anybody has executed', () => {
  const [row] = positionsOf(nodes([{ executed: `${A}:1-100` }, { executed: `${A}:1-40:51-60` }]))
  assert.deepEqual(
    row!.cells.map(({ executed, missing }) => [executed, missing]),
    [
      ['1-100', 0],
      ['1-40:51-60', 50],
    ],
  )
})

test('what was received and not applied waits; what was applied already does not', () => {
  const [row] = positionsOf(nodes([{ executed: `${A}:1-10` }, { executed: `${A}:1-4`, retrieved: `${A}:3-9` }]))
  assert.equal(row!.cells[1]!.waiting, 5)
})

test('an errant transaction is marked where it is, and only there', () => {
  const rows = positionsOf(nodes([{ executed: `${A}:1-5` }, { executed: `${A}:1-5,${B}:1-2`, errant: `${B}:1-2` }]))
  assert.deepEqual(
    rows.map(({ uuid, cells }) => [uuid, ...cells.map(({ isErrant }) => isErrant)]),
    [
      [A, false, false],
      [B, false, true],
    ],
  )
})

test('a row says whose numbers they are', () => {
  const rows = positionsOf(nodes([{ executed: `${A}:1,${B}:1`, serverUuid: A }]))
  assert.deepEqual(
    rows.map(({ writer }) => writer),
    ['instance-1', null],
  )
})

test('text that is no GTID set counts as none', () => {
  assert.deepEqual(positionsOf(nodes([{ executed: 'nonsense' }])), [])
})
