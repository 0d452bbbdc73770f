import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { check } from '../../../scenarios/checks/acknowledged-writes-survive.ts'
import type { NodeEnd } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import {
  crashOperations,
  crashRecord,
  endOf,
  operation,
  record,
  replacing,
  scenario,
  UUID,
} from '../healthy-history.ts'

const operations = crashOperations()
const acknowledged = operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok')

/** The end state in which `node` lacks the GTID or the row (or both) of operation `op`. */
function without(node: string, op: number, what: { gtid: boolean; row: boolean }): NodeEnd[] {
  return endOf(operations).map((end) => {
    if (end.node !== node) return end
    const lost = MutableGtidSet.of(operations[op]!.gtid!)
    const executed = what.gtid ? MutableGtidSet.parse(end.executed!).minus(lost).toString() : end.executed
    const ops = new Set(end.ops)
    if (what.row) ops.delete(op)
    return { ...end, executed, ops }
  })
}

test('a crash after which every acknowledged write is on the final source passes, and all are counted', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, acknowledged.length)
  assert.deepEqual(result.evidence, [])
})

test('an acknowledged write without its GTID and row on the final source is a loss, named with its key, times and GTID', () => {
  const result = check(crashRecord({ nodes: without('node3', 8, { gtid: true, row: true }) }), scenario())
  assert.equal(result.verdict, 'fail')
  assert.match(result.detail, /^1 of 285 acknowledged STRONG writes are gone from node3$/)
  assert.equal(
    result.evidence[0],
    `write 8 (key 1, STRONG), sent 0.080010 s, ok 0.082000 s, epoch 1 by node1, gtid ${UUID[0]}:7, timestamp 9@0: its GTID and row are missing on the final source node3`,
  )
})

test('a GTID without its row, and a row without its GTID, are losses too', () => {
  const rowOnly = check(crashRecord({ nodes: without('node3', 8, { gtid: true, row: false }) }), scenario())
  assert.equal(rowOnly.verdict, 'fail')
  assert.match(rowOnly.evidence[0]!, /its row is there, its GTID is not executed/)
  const gtidOnly = check(crashRecord({ nodes: without('node3', 8, { gtid: false, row: true }) }), scenario())
  assert.equal(gtidOnly.verdict, 'fail')
  assert.match(gtidOnly.evidence[0]!, /its GTID is executed, its row is missing/)
})

test('a replica that is merely behind has lost nothing; one that skipped a transaction has', () => {
  const last = acknowledged.at(-1)!.op
  assert.equal(
    check(crashRecord({ nodes: without('node2', last, { gtid: true, row: true }) }), scenario()).verdict,
    'pass',
  )
  const skipped = check(crashRecord({ nodes: without('node2', 8, { gtid: true, row: true }) }), scenario())
  assert.equal(skipped.verdict, 'fail')
  assert.match(skipped.evidence[0]!, /missing below the executed number 75 on replica node2/)
})

test('writes that were failed, unknown or EVENTUAL may be gone: they are not judged', () => {
  for (const change of [
    { outcome: 'failed' as const },
    { outcome: 'unknown' as const },
    { consistency: 'EVENTUAL' as const },
  ]) {
    const nodes = without('node3', 8, { gtid: true, row: true })
    const changed = replacing(operations, 8, () => change)
    assert.equal(check(crashRecord({ operations: changed, nodes }), scenario()).verdict, 'pass')
  }
})

test('what quarantined, down and unreachable servers hold does not count', () => {
  for (const fields of [
    { role: 'quarantined' as const },
    { role: 'down' as const },
    { reachable: false, executed: null, ops: null },
  ]) {
    const nodes = without('node2', 8, { gtid: true, row: true }).map((end) =>
      end.node === 'node2' ? { ...end, ...fields } : end,
    )
    assert.equal(check(crashRecord({ nodes }), scenario()).verdict, 'pass')
  }
})

test('without a readable final source the verdict is unknown, and says why', () => {
  const cases: [NodeEnd[], RegExp][] = [
    [
      endOf(operations, (node) => (node === 'node3' ? { executed: null } : {})),
      /node3 ended as the source but could not be read/,
    ],
    [endOf(operations, (node) => (node === 'node3' ? { ops: null } : {})), /could not be read.*rows were not read/],
    [endOf(operations, (node) => (node === 'node3' ? { executed: 'rubbish' } : {})), /not a GTID set/],
    [endOf(operations, (node) => (node === 'node3' ? { reachable: false } : {})), /could not be read/],
    [endOf(operations, () => ({ role: 'replica' })), /no server ended as the source/],
    [
      endOf(operations, (node) => (node === 'node1' ? { role: 'source' } : {})),
      /node1 and node3 all ended as the source/,
    ],
    [[], /no server ended as the source/],
  ]
  for (const [nodes, reason] of cases) {
    const result = check(crashRecord({ nodes }), scenario())
    assert.equal(result.verdict, 'unknown')
    assert.match(result.detail, reason)
    assert.equal(result.examined, 0)
  }
})

test('an unreadable replica, or an answer without its GTID, leaves the question open', () => {
  const nodes = endOf(operations, (node) => (node === 'node4' ? { ops: null } : {}))
  assert.equal(check(crashRecord({ nodes }), scenario()).verdict, 'unknown')
  const changed = replacing(operations, 8, () => ({ gtid: null }))
  const result = check(crashRecord({ operations: changed, nodes: endOf(operations) }), scenario())
  assert.equal(result.verdict, 'unknown')
  assert.match(result.evidence[0]!, /answered without a GTID/)
})

test('a run that acknowledged no STRONG write shows nothing', () => {
  const result = check(record({ operations: [operation({ op: 1, outcome: 'failed' })], nodes: endOf([]) }), scenario())
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
})

test('law: losing any acknowledged writes in any way is a fail that counts them, and lists at most twenty', () => {
  const lossOf = fc.record({
    op: fc.constantFrom(...acknowledged.map(({ op }) => op)),
    gtid: fc.boolean(),
    row: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.uniqueArray(lossOf, { selector: ({ op }) => op, maxLength: 40 }), (planted) => {
      const losses = planted.filter(({ gtid, row }) => gtid || row)
      const gone = MutableGtidSet.of(...losses.filter(({ gtid }) => gtid).map(({ op }) => operations[op]!.gtid!))
      const rows = new Set(losses.filter(({ row }) => row).map(({ op }) => op))
      const nodes = endOf(operations, () => ({})).map((end) =>
        end.node !== 'node3'
          ? { ...end, role: 'down' as const }
          : {
              ...end,
              executed: MutableGtidSet.parse(end.executed!).minus(gone).toString(),
              ops: new Set([...end.ops!].filter((op) => !rows.has(op))),
            },
      )
      const result = check(crashRecord({ nodes }), scenario())
      assert.equal(result.verdict, losses.length === 0 ? 'pass' : 'fail')
      assert.equal(result.evidence.length, Math.min(20, losses.length))
      if (losses.length > 0) assert.match(result.detail, new RegExp(`^${losses.length} of `))
    }),
    { numRuns: 60 },
  )
})

test('a transaction of which a row is missing is a lost write', () => {
  const op = acknowledged[3]!.op
  const changed = operations.map((one) => (one.op === op ? { ...one, moreKeys: [1] } : one))
  const has = endOf(operations).map((end) => ({ ...end, ops: new Set([...end.ops!, op + 1]) }))
  const lacks = has.map((end) => ({ ...end, ops: new Set([...end.ops].filter((one) => one !== op + 1)) }))
  assert.equal(check(crashRecord({ operations: changed, nodes: has }), scenario()).verdict, 'pass')
  const lost = check(crashRecord({ operations: changed, nodes: lacks }), scenario())
  assert.deepEqual(lost.kinds, ['gone-from-source'])
  assert.match(lost.evidence[0]!, /its GTID is executed, its row is missing on the final source/)
})
