import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { check } from '../../../scenarios/checks/replicas-converge.ts'
import type { NodeEnd } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { CRASH_US, crashOperations, crashRecord, endOf, fault, record, scenario, UUID } from '../healthy-history.ts'

const operations = crashOperations()

function nodesWith(node: string, fields: Partial<NodeEnd> | ((end: NodeEnd) => Partial<NodeEnd>)): NodeEnd[] {
  return endOf(operations).map((end) =>
    end.node === node ? { ...end, ...(typeof fields === 'function' ? fields(end) : fields) } : end,
  )
}

test('four servers with the same GTIDs, rows and checksums pass', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 4)
  assert.equal(result.detail, '4 servers agree on 287 transactions and 285 rows')
})

test('each of the three views finds its difference, and says what differs', () => {
  const lacks = check(
    crashRecord({
      nodes: nodesWith('node2', (end) => ({
        executed: MutableGtidSet.parse(end.executed!)
          .minus(MutableGtidSet.interval(UUID[0]!, 5, 7))
          .toString(),
      })),
    }),
    scenario(),
  )
  assert.equal(lacks.verdict, 'fail')
  assert.deepEqual(lacks.evidence, [`node2 lacks 3 transactions that node3 executed: ${UUID[0]}:5-7`])

  const extra = check(
    crashRecord({ nodes: nodesWith('node2', (end) => ({ executed: `${end.executed},${UUID[1]}:1` })) }),
    scenario(),
  )
  assert.deepEqual(extra.evidence, [`node3 lacks 1 transaction that node2 executed: ${UUID[1]}:1`])

  const rows = check(
    crashRecord({ nodes: nodesWith('node4', (end) => ({ ops: new Set([...end.ops!].filter((op) => op > 8)) })) }),
    scenario(),
  )
  assert.equal(rows.verdict, 'fail')
  assert.deepEqual(rows.evidence, ['node4 lacks 7 rows that node3 has: operation 0, 1, 2, 4, 5, ...'])

  const checksum = check(crashRecord({ nodes: nodesWith('node1', { tableChecksum: '99' }) }), scenario())
  assert.deepEqual(checksum.evidence, ['table checksums differ: node3 1234, node1 99'])
})

test('a member that ended down, quarantined or unreachable after its restart fails by name', () => {
  for (const [fields, words] of [
    [{ role: 'down', reachable: false }, 'node1 ended down'],
    [{ role: 'quarantined' }, 'node1 ended in quarantine'],
    [{ reachable: false }, 'node1 ended unreachable (as replica)'],
  ] as const) {
    const result = check(crashRecord({ nodes: nodesWith('node1', fields) }), scenario())
    assert.equal(result.verdict, 'fail')
    assert.deepEqual(result.evidence, [words])
  }
})

test('a member that the scenario crashed and never restarted is left out, and the verdict says so', () => {
  const nodes = nodesWith('node1', { role: 'down', reachable: false, executed: null, ops: null })
  const result = check(crashRecord({ nodes, faults: [fault({ atUs: CRASH_US })] }), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 3)
  assert.match(
    result.detail,
    /^3 servers agree .*; node1 ended down and is left out: crash node1 \(source\) at 1\.000000 s/,
  )

  const restarted = [fault({ atUs: CRASH_US, healedUs: 2_000_000 })]
  assert.equal(check(crashRecord({ nodes, faults: restarted }), scenario()).verdict, 'fail')
  const another = [fault({ atUs: CRASH_US, target: ['node2'] })]
  assert.equal(check(crashRecord({ nodes, faults: another }), scenario()).verdict, 'fail')
})

test('a server that came back and was left in quarantine is not left out, whoever undid its fault', () => {
  const nodes = nodesWith('node1', { role: 'quarantined' })
  const faults = [fault({ atUs: CRASH_US, kind: 'pause', label: 'pause node1 (source)' })]
  const unsettled = 'node1 is in quarantine after 120 s'
  const result = check(crashRecord({ nodes, faults, unsettled }), scenario())
  assert.equal(result.verdict, 'fail')
  assert.deepEqual(result.evidence, ['node1 ended in quarantine'])
  assert.match(result.detail, /; the harness waited: node1 is in quarantine after 120 s$/)
})

test('two servers that both ended as the source fail', () => {
  const result = check(crashRecord({ nodes: nodesWith('node1', { role: 'source' }) }), scenario())
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /node1 and node3 all ended as the source/)
})

test('what could not be read is an open question, unless a difference is certain already', () => {
  for (const fields of [{ executed: null }, { ops: null }, { executed: 'rubbish' }, { tableChecksum: null }])
    assert.equal(check(crashRecord({ nodes: nodesWith('node2', fields) }), scenario()).verdict, 'unknown')
  assert.equal(check(crashRecord({ nodes: endOf(operations).slice(1) }), scenario()).verdict, 'unknown')
  const both = endOf(operations, (node) =>
    node === 'node2' ? { executed: null } : node === 'node4' ? { tableChecksum: 'x' } : {},
  )
  assert.equal(check(crashRecord({ nodes: both }), scenario()).verdict, 'fail')
})

test('one server alone agrees with nobody', () => {
  const faults = ['node1', 'node2', 'node4'].map((node) => fault({ atUs: CRASH_US, target: [node] }))
  const nodes = endOf(operations, (node) => (node === 'node3' ? {} : { role: 'down', reachable: false }))
  const result = check(record({ nodes, faults }), scenario())
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
  assert.match(result.detail, /^fewer than two servers could be compared; node1 ended down/)
  assert.equal(check(record(), scenario({ cluster: { ...scenario().cluster, nodes: 0 } })).verdict, 'unknown')
})

test('law: any planted difference between any two servers flips the verdict', () => {
  const spoil = fc.constantFrom<(end: NodeEnd, op: number) => Partial<NodeEnd>>(
    (end, op) => ({ ops: new Set([...end.ops!].filter((other) => other !== op)) }),
    (end, op) => ({ ops: new Set([...end.ops!, op + 1000]) }),
    (end, op) => ({ executed: `${end.executed},${UUID[3]}:${op + 1}` }),
    (end, op) => ({
      executed: MutableGtidSet.parse(end.executed!).minus(MutableGtidSet.of(operations[op]!.gtid!)).toString(),
    }),
    (_end, op) => ({ tableChecksum: `${op}` }),
  )
  const present = operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok').map(({ op }) => op)
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3, 4), spoil, fc.constantFrom(...present), (n, change, op) => {
      const nodes = nodesWith(`node${n}`, (end) => change(end, op))
      assert.equal(check(crashRecord({ nodes }), scenario()).verdict, 'fail')
    }),
    { numRuns: 60 },
  )
})

test('a part of a transaction fails, and so does any row of one that certainly failed', () => {
  const ending = (outcome: 'ok' | 'failed', missing: readonly number[]) => {
    const changed = operations.map((one) => (one.op === 8 ? { ...one, moreKeys: [1, 2], outcome } : one))
    const nodes = endOf(operations).map((end) => ({
      ...end,
      ops: new Set([...end.ops!, 8, 9, 10].filter((op) => !missing.includes(op))),
    }))
    return check(crashRecord({ operations: changed, nodes }), scenario())
  }
  assert.equal(ending('ok', []).verdict, 'pass')
  assert.deepEqual(ending('ok', [9]).kinds, ['half-a-transaction'])
  assert.match(ending('ok', [9]).evidence[0]!, /^node1 has 2 of 3 rows of write 8 /)
  assert.equal(ending('ok', [8, 9, 10]).verdict, 'pass')
  assert.equal(ending('failed', [8, 9, 10]).verdict, 'pass')
  assert.deepEqual(ending('failed', [8, 9]).kinds, ['failed-and-there'])
})
