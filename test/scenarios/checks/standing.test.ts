import assert from 'node:assert/strict'
import fc from 'fast-check'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { mayTakeOver } from '../../../algorithms/failover/quorum-rule.ts'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { standingOf } from '../../../scenarios/checks/standing.ts'
import type { DataLoss, NodeEnd } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { crashOperations, crashRecord, endOf, record, scenario } from '../history.ts'

const loss = (node: string, atUs: number): DataLoss => ({ node, atUs, kind: 'relay log' })

/** `n` servers that hold the row of epoch 5, under `k` and by member 0; `lost` of them lost data. */
function standing(n: number, k: number, lost: readonly number[], promised: number) {
  const row = MutableGtidSet.of(markerOf({ epoch: 5, k, member: 0, base: 0 })).toString()
  const nodes = Array.from({ length: n }, (_, i): NodeEnd => {
    const end = { node: `node${i + 1}`, reachable: true, uuid: `${i}`, executed: row, tableChecksum: '', ops: null }
    return { ...end, role: 'replica', promised: i === n - 1 ? promised : 0 }
  })
  return standingOf(
    record({ nodes, losses: lost.map((i) => loss(`node${i + 1}`, 1_000)) }),
    scenario({ cluster: { ...scenario().cluster, nodes: n } }),
  )
}

test('with nobody who lost data nothing forbids a take-over or a write, whatever was promised', () => {
  for (const n of [3, 4, 5, 7])
    for (let k = 0; k < n; k++)
      for (const promised of [0, 6, 9])
        assert.deepEqual(standing(n, k, [], promised), { noTakeOver: null, noWrite: null }, `${n} ${k} ${promised}`)
})

test('what the judge finds forbidden is what the rule forbids when all are stopped and the source is fenced', () => {
  const cases = fc.constantFrom(3, 4, 5, 7).chain((n) =>
    fc.record({
      n: fc.constant(n),
      k: fc.integer({ min: 1, max: n - 1 }),
      lost: fc.subarray(Array.from({ length: n }, (_, i) => i)),
      promised: fc.constantFrom(5, 6, 7),
    }),
  )
  fc.assert(
    fc.property(cases, ({ n, k, lost, promised }) => {
      const living = { epoch: 5, k, member: 0, base: 0 }
      const members = Array.from({ length: n - 1 }, (_, i) => i + 1)
      const fenced = promised > 6 ? null : 0
      const { allowed } = mayTakeOver(n, living, { members, excluded: new Set(lost), fenced, leastK: k })
      const { noTakeOver, noWrite } = standing(n, k, lost, promised)
      assert.equal(noTakeOver === null, allowed)
      assert.equal(noWrite === null, n - 1 - lost.length >= k)
    }),
    { numRuns: 300 },
  )
})

test('who holds a write that began long after its loss counts again; an earlier write proves nothing', () => {
  const operations = crashOperations()
  const judged = (atUs: number) =>
    standingOf(
      crashRecord({ nodes: endOf(operations), losses: ['node2', 'node4'].map((node) => loss(node, atUs)), faults: [] }),
      scenario(),
    )
  assert.equal(judged(500_000).noTakeOver, null)
  assert.match(judged(3_500_000).noTakeOver!, /needs 2 replicas that count, and there are 1: node2 and node4 lost data/)
  const behind = endOf(operations, (node) => (node === 'node2' || node === 'node4' ? { executed: '' } : {}))
  const losses = ['node2', 'node4'].map((node) => loss(node, 500_000))
  assert.notEqual(standingOf(crashRecord({ nodes: behind, losses, faults: [] }), scenario()).noWrite, null)
})
