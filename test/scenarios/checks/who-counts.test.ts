import assert from 'node:assert/strict'
import fc from 'fast-check'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { mayTakeOver } from '../../../algorithms/failover/quorum-rule.ts'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { Why } from '../../../algorithms/reasons/why.ts'
import { whoCounts } from '../../../scenarios/checks/who-counts.ts'
import type { DataLoss, NodeEnd, RunRecord } from '../../../scenarios/record.ts'
import { REBUILT, RELAY_LOG, stopped } from '../../algorithms/failover/stopped.ts'
import { test } from '../../support/test.ts'
import { at, crashOperations, crashRecord, endOf, RULE, record, refusal, scenario } from '../healthy-history.ts'

const rebuiltAt = (node: string, atUs: number): DataLoss => ({ node, atUs, kind: 'rebuilt' })

type Kind = DataLoss['kind']

/** `n` servers that hold the row of epoch 5, under `k` and by member 0; `lost`: what some of them lost. */
function standing(n: number, k: number, lost: ReadonlyMap<number, Kind>, more: Partial<RunRecord> = {}) {
  const row = MutableGtidSet.of(markerOf({ epoch: 5, k, member: 0, base: 0 })).toString()
  const nodes = Array.from({ length: n }, (_, i): NodeEnd => {
    const end = { node: `node${i + 1}`, reachable: true, uuid: `${i}`, executed: row, tableChecksum: '', ops: null }
    return { ...end, role: 'replica', promised: 9 }
  })
  const losses = [...lost].map(([i, kind]): DataLoss => ({ node: `node${i + 1}`, atUs: 1_000, kind }))
  return whoCounts(record({ nodes, losses, ...more }), scenario({ cluster: { ...scenario().cluster, nodes: n } }))
}

const decides = (epoch: number) => at(2_000, { kind: 'phase', epoch, phase: 'decide', detail: '' })
const refuses = (epoch: number, why: Why = RULE) => ({ ...refusal(2_002, why), epoch })
const perhaps: Why = { code: 'perhaps-promoted', node: 'node2', cause: { code: 'deadline' } }
/** What nobody can know the end of. */
const OPEN = [
  [decides(6)],
  [decides(6), refuses(6, perhaps)],
  [decides(6), decides(7), refuses(7)],
  // What is stated without an attempt bears the next number.
  [decides(6), refuses(7)],
]
const ENDED = [[], [decides(6), refuses(6)]]

test('with nobody who lost data nothing forbids a take-over or a write, whatever was promised', () => {
  for (const n of [3, 4, 5, 7])
    for (let k = 0; k < n; k++)
      for (const events of [...ENDED, ...OPEN])
        assert.deepEqual(standing(n, k, new Map(), { events }), { noTakeOver: null, noWrite: null }, `${n} ${k}`)
})

test('what the judge finds forbidden is what the rule forbids when all are stopped and the source is fenced', () => {
  const cases = fc.constantFrom(3, 4, 5, 7).chain((n) =>
    fc.record({
      n: fc.constant(n),
      k: fc.integer({ min: 1, max: n - 1 }),
      kinds: fc.array(fc.constantFrom<Kind | null>(null, 'relay log', 'rebuilt'), { minLength: n, maxLength: n }),
      events: fc.constantFrom(...ENDED, ...OPEN),
    }),
  )
  fc.assert(
    fc.property(cases, ({ n, k, kinds, events }) => {
      const living = { epoch: 5, k, member: 0, base: 0 }
      const lost = new Map(kinds.flatMap((kind, i) => (kind === null ? [] : [[i, kind] as const])))
      const losses = Object.fromEntries([...lost].map(([i, kind]) => [i, kind === 'rebuilt' ? REBUILT : RELAY_LOG]))
      const members = Array.from({ length: n - 1 }, (_, i) => i + 1)
      // A source that was rebuilt stands for nothing, and where somebody else was, an epoch may have begun that none shows.
      const fenced = lost.get(0) === 'rebuilt' || (OPEN.includes(events) && kinds.includes('rebuilt')) ? null : 0
      const { allowed } = mayTakeOver(living, { servers: stopped(n, members, losses), fenced, leastK: k, policyK: k })
      const { noTakeOver, noWrite } = standing(n, k, lost, { events })
      assert.equal(noTakeOver === null, allowed)
      assert.equal(noWrite === null, n - 1 - kinds.filter((kind) => kind === 'rebuilt').length >= k)
    }),
    { numRuns: 500 },
  )
})

test('three live servers, one of which lost a relay log, may always have a source; a rebuilt one from its return on', () => {
  const events = [decides(6), refuses(6)]
  for (const open of [events, ...OPEN])
    assert.equal(standing(3, 1, new Map([[1, 'relay log']]), { events: open }).noTakeOver, null)
  const rebuilt = new Map([[1, 'rebuilt' as const]])
  assert.match(standing(3, 1, rebuilt, { events }).noTakeOver!, /needs 2 replicas that count, and there are 1: node2/)
  const back = at(3_000, { kind: 'rejoined', node: 'node2', epoch: 5, detail: 'rebuilt' })
  assert.equal(standing(3, 1, rebuilt, { events: [...events, back] }).noTakeOver, null)
})

test('who holds a write that began long after its loss counts again; an earlier write proves nothing', () => {
  const operations = crashOperations()
  const judged = (atUs: number) =>
    whoCounts(
      crashRecord({
        nodes: endOf(operations),
        losses: ['node2', 'node4'].map((node) => rebuiltAt(node, atUs)),
        faults: [],
      }),
      scenario(),
    )
  assert.equal(judged(500_000).noTakeOver, null)
  assert.match(judged(3_500_000).noTakeOver!, /needs 2 replicas that count, and there are 1: node2 and node4 lost data/)
  const behind = endOf(operations, (node) => (node === 'node2' || node === 'node4' ? { executed: '' } : {}))
  const losses = ['node2', 'node4'].map((node) => rebuiltAt(node, 500_000))
  assert.notEqual(whoCounts(crashRecord({ nodes: behind, losses, faults: [] }), scenario()).noWrite, null)
})
