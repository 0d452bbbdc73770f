import assert from 'node:assert/strict'
import { parseScenario } from '../../scenarios/file/load.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import { simulate } from '../../sim/run.ts'
import { test } from '../support/test.ts'

function scenario(faults: readonly string[] = [], more = '') {
  const text = [
    'name: small',
    'description: for tests',
    'cluster: { nodes: 4 }',
    'algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }',
    `workload: { ratePerSec: 300, clients: 16, reads: 0.3, consistency: STRONG, duration: 6s, warmup: 500ms }`,
    ...(faults.length === 0 ? [] : ['faults:', ...faults.map((fault) => `  - { ${fault} }`)]),
    'checks: [acknowledged-writes-survive, single-writer, replicas-converge]',
    more,
  ].join('\n')
  return parseScenario(text, 'small.yaml')
}

function run(faults: readonly string[] = [], seed = 1): RunRecord {
  return simulate(scenario(faults), { seed })
}

function reigns(record: RunRecord) {
  return record.events.flatMap((event) => (event.kind === 'reign' ? [event] : []))
}

/** Every server runs and has the same transactions and rows. */
function assertConverged(record: RunRecord): void {
  assert.deepEqual(
    record.events
      .filter(({ kind }) => kind === 'note')
      .flatMap((e) => ('text' in e ? e.text : []))
      .filter((text) => text.includes('converge')),
    [],
  )
  for (const field of ['executed', 'tableChecksum'] as const)
    assert.equal(new Set(record.nodes.map((node) => node[field])).size, 1, field)
}

/** No STRONG write that was answered ok is missing on any server. */
function assertNothingLost(record: RunRecord): void {
  const acknowledged = record.operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok')
  assert.ok(acknowledged.length > 100)
  for (const { op } of acknowledged)
    for (const { node, ops } of record.nodes) assert.ok(ops!.has(op), `${op} on ${node}`)
}

test('a healthy run: every operation is ok, the first reign is the first node, all servers agree', () => {
  const record = run()
  assert.deepEqual(
    reigns(record).map(({ epoch, source }) => [epoch, source]),
    [[1, 'node1']],
  )
  assert.ok(record.operations.length > 1_500)
  assert.ok(record.operations.every(({ outcome }) => outcome === 'ok'))
  assert.deepEqual(
    record.nodes.map(({ node, role, reachable }) => [node, role, reachable]),
    [
      ['node1', 'source', true],
      ['node2', 'replica', true],
      ['node3', 'replica', true],
      ['node4', 'replica', true],
    ],
  )
  assertConverged(record)
  assertNothingLost(record)
  assert.equal(record.complete, true)
  assert.equal(record.endedUs, 6_000_000)
})

test('every transaction has a lag on every replica, on the clock of the workload', () => {
  const record = run()
  const writes = record.operations.filter(({ kind }) => kind === 'write').length
  for (const { node, commitUs, lagUs } of record.lag) {
    assert.equal(commitUs.length, node === 'node1' ? 0 : writes)
    assert.equal(lagUs.length, commitUs.length)
    for (let i = 0; i < commitUs.length; i++) assert.ok(commitUs[i]! >= 0 && commitUs[i]! < 6_100_000 && lagUs[i]! > 0)
  }
})

test('the same seed gives the same record to the last byte, another seed another', () => {
  const faults = ['at: 2s, crash: source', 'at: 4s, restart: crashed']
  const text = (seed: number) =>
    JSON.stringify(run(faults, seed), (_, value) => (value instanceof Set ? [...value] : value))
  const first = text(11)
  assert.equal(text(11), first)
  const digest = (record: string) => JSON.parse(record).digest
  assert.match(digest(first), /^[0-9a-f]{16}$/)
  assert.notEqual(digest(text(12)), digest(first))
})

test('a crashed source is replaced, comes back as a replica, and no acknowledged write is lost', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const record = run(['at: 2s, crash: source', 'at: 4s, restart: crashed'], seed)
    assert.equal(reigns(record).length, 2)
    assert.notEqual(reigns(record)[1]!.source, 'node1')
    assertConverged(record)
    assertNothingLost(record)
    const [fault] = record.faults
    assert.equal(fault!.label, 'crash node1 (source)')
    assert.equal(fault!.atUs, 2_000_000)
    assert.ok(fault!.healedUs! >= 4_000_000 && fault!.healedUs! < 6_000_000)
  }
})

test('what is still on when the workload ends is healed by the harness, and the record says so', () => {
  const record = run(['at: 3s, crash: node3', 'at: 4s, pause: node2', 'at: 5s, partition: node4, for: 500ms'])
  assert.deepEqual(
    record.faults.map(({ kind, healedUs }) => [kind, healedUs === null]),
    [
      ['crash', true],
      ['pause', true],
      ['partition', false],
    ],
  )
  assertConverged(record)
  assertNothingLost(record)
})

test('any process may be hurt, the coordinator and the timestamp servers included', () => {
  const record = run([
    'at: 1s, crash: coordinator, for: 500ms',
    'at: 2500ms, pause: coordinator, for: 300ms',
    'at: 3500ms, crash: timestamp-1, for: 300ms',
    'at: 4500ms, partition: coordinator, for: 300ms',
  ])
  assert.equal(record.faults.length, 4)
  assert.ok(reigns(record).length >= 2, 'the second coordinator reigns in an epoch of its own')
  assertConverged(record)
  assertNothingLost(record)
  const last = record.operations.filter(({ intendedUs }) => intendedUs > 5_500_000)
  assert.ok(last.every(({ outcome }) => outcome === 'ok'))
})

test('an interrupted run gives what there is, and says that it is not complete', () => {
  let asked = 0
  const record = simulate(scenario(), { seed: 1, shouldStop: () => ++asked > 60 })
  assert.equal(record.complete, false)
  assert.ok(record.endedUs > 0 && record.endedUs < 6_000_000, `${record.endedUs}`)
  assert.ok(record.operations.length > 0)
  assert.ok(record.operations.every(({ intendedUs }) => intendedUs <= record.endedUs))
})

test('progress goes from 0 to 1', () => {
  const seen: number[] = []
  simulate(scenario(), { seed: 1, onProgress: (fraction) => seen.push(fraction) })
  assert.equal(seen[0], 0)
  assert.equal(seen.at(-1), 1)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
})
