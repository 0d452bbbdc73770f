import assert from 'node:assert/strict'
import fc from 'fast-check'
import { check } from '../../../scenarios/checks/single-writer.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import {
  crashEvents,
  crashOperations,
  crashRecord,
  endOf,
  operation,
  REIGN_US,
  record,
  reign,
  replacing,
  scenario,
  UUID,
} from '../healthy-history.ts'

const operations = crashOperations()
const events = crashEvents(operations)

function judged(changed: readonly Operation[]) {
  return check(crashRecord({ operations: changed, events, nodes: endOf(operations) }), scenario())
}

test('one writer in each epoch passes', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.detail, '285 acknowledged STRONG writes in 2 epochs, one writer in each')
})

test('two servers with STRONG acknowledgements in one epoch fail, by member or by server_uuid', () => {
  const byNode = judged(replacing(operations, 200, () => ({ node: 'node2' })))
  assert.equal(byNode.verdict, 'fail')
  assert.match(byNode.evidence[0]!, /^two writers in epoch 2: write 120 .* by node3.*; and write 200 .* by node2/)
  const byUuid = judged(replacing(operations, 200, () => ({ gtid: { uuid: UUID[1]!, number: 1 } })))
  assert.equal(byUuid.verdict, 'fail')
})

test('a failover that lowers k fails, unless a row of the epoch before it had lowered k', () => {
  const lowered = [events[0]!, reign(REIGN_US, 2, 3, `${UUID[0]}:1-5`, 1)]
  const bare = crashRecord({ operations: [], events: lowered })
  assert.match(check(bare, scenario()).evidence[0]!, /^the failover to epoch 2 \(node3\) lowered k from 2 to 1/)
  const row = {
    kind: 'threshold',
    epoch: 1,
    failureThreshold: 1,
    k: 1,
    inEffect: false,
    atUs: 1,
    process: 'coordinator',
  }
  const permitted = crashRecord({ operations: [], events: [lowered[0]!, row as never, lowered[1]!] })
  assert.deepEqual(check(permitted, scenario()).evidence, [])
})

test('an epoch in which somebody else than its source writes fails even with one writer', () => {
  const usurped = operations.map((item) =>
    item.epoch === 2 && item.kind === 'write' ? { ...item, node: 'node2' } : item,
  )
  const result = judged(usurped)
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /^epoch 2 is the reign of node3/)
})

test('an older epoch may acknowledge after a newer reign only what that reign started from', () => {
  const late = judged(replacing(operations, 98, () => ({ endUs: REIGN_US + 50_000 })))
  assert.equal(late.verdict, 'pass', 'earned before the stop, answered late, and in the target')
  const outside = judged(
    replacing(operations, 98, () => ({ endUs: REIGN_US + 50_000, gtid: { uuid: UUID[0]!, number: 999 } })),
  )
  assert.equal(outside.verdict, 'fail')
  assert.match(
    outside.evidence[0]!,
    /:999, .*: acknowledged after epoch 2 \(node3\) had begun at 1\.250000 s without it$/,
  )
  const before = judged(replacing(operations, 98, () => ({ endUs: REIGN_US, gtid: { uuid: UUID[0]!, number: 999 } })))
  assert.equal(before.verdict, 'pass', 'answered before the reign: whether it survives is for another check')
})

test('every newer reign counts, not only the next one', () => {
  const three = [...events, reign(3_000_000, 3, 2, `${UUID[0]}:1-5`)]
  const late = replacing(operations, 98, () => ({ endUs: 3_500_000 }))
  const result = check(crashRecord({ operations: late, events: three }), scenario())
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /after epoch 3/)
})

test('EVENTUAL writes, reads and failed writes of an old source are no acknowledgements', () => {
  for (const change of [
    { consistency: 'EVENTUAL' as const },
    { outcome: 'failed' as const },
    { kind: 'read' as const },
  ]) {
    const stray = { ...change, endUs: 3_000_000, gtid: { uuid: UUID[0]!, number: 999 }, node: 'node4' }
    assert.equal(judged(replacing(operations, 98, () => stray)).verdict, 'pass')
  }
})

test('an epoch has one source, and a failover never lowers k', () => {
  const two = check(crashRecord({ events: [...events, reign(2_000_000, 2, 4, '')] }), scenario())
  assert.equal(two.verdict, 'fail')
  assert.match(two.evidence[0]!, /^epoch 2 has two sources: node3 .* and node4 /)
  const lowered = check(
    crashRecord({
      events: events.map((event) => (event.kind === 'reign' && event.epoch === 2 ? { ...event, k: 1 } : event)),
    }),
    scenario(),
  )
  assert.equal(lowered.verdict, 'fail')
  assert.match(lowered.evidence[0]!, /lowered k from 2 to 1/)
})

test('an acknowledgement of nobody, or of an epoch without a recorded reign, cannot be judged', () => {
  for (const change of [{ epoch: null }, { node: null }, { gtid: null }]) {
    const result = judged(replacing(operations, 200, () => change))
    assert.equal(result.verdict, 'unknown')
    assert.match(result.evidence[0]!, /answered without (epoch|node|GTID)/)
  }
  const unrecorded = check(crashRecord({ events: [] }), scenario())
  assert.equal(unrecorded.verdict, 'unknown')
  assert.match(unrecorded.evidence[0]!, /75 writes acknowledged in epoch 1, of which no reign was recorded/)
  const unreadable = check(crashRecord({ events: [events[0]!, reign(REIGN_US, 2, 3, 'rubbish')] }), scenario())
  assert.equal(unreadable.verdict, 'unknown')
})

test('a run without acknowledged STRONG writes shows nothing', () => {
  const result = check(record({ operations: [operation({ op: 1, outcome: 'unknown' })] }), scenario())
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
})

test('law: moving any one acknowledged write to another server flips the verdict', () => {
  const writes = operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok')
  fc.assert(
    fc.property(fc.constantFrom(...writes), fc.constantFrom(1, 2, 3), (victim, shift) => {
      const other = ((Number(victim.node!.slice(4)) - 1 + shift) % 4) + 1
      assert.equal(judged(replacing(operations, victim.op, () => ({ node: `node${other}` }))).verdict, 'fail')
      assert.equal(
        judged(replacing(operations, victim.op, ({ gtid }) => ({ gtid: { ...gtid!, uuid: UUID[other - 1]! } })))
          .verdict,
        'fail',
      )
    }),
    { numRuns: 50 },
  )
})
