import assert from 'node:assert/strict'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import {
  type LivingEpoch,
  livingEpoch,
  mayLeaveOut,
  mayTakeOver,
  ruleWhy,
  type Server,
  stopsNeeded,
} from '../../../algorithms/failover/quorum-rule.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import type { QuorumPolicy } from '../../../algorithms/quorum/policy.ts'
import { largestFailureThreshold } from '../../../algorithms/quorum/weights.ts'
import { textOf } from '../../../algorithms/reasons/text.ts'
import { test } from '../../support/test.ts'
import { JOINED, REBUILT, RELAY_LOG, stopped } from './stopped.ts'

const SOURCE = '11111111-1111-1111-1111-111111111111'
const living = (k: number, member = 0): LivingEpoch => ({ epoch: 3, k, member, base: 100 })
const allowed = (epoch: LivingEpoch | null, servers: readonly Server[], fenced: number | null = null) =>
  mayTakeOver(epoch, { servers, fenced, leastK: 1, policyK: 1 }).allowed
const both = (needed: { data: number; promises: number }) => Math.max(needed.data, needed.promises)

test('four servers: majority needs any 2 of the 3 replicas, k=3 needs 2, k=1 needs all 3', () => {
  assert.equal(both(stopsNeeded(4, living(2), false, 1)), 2)
  assert.equal(both(stopsNeeded(4, living(3), false, 1)), 2)
  assert.equal(both(stopsNeeded(4, living(1), false, 1)), 3)
})

/** With every failure threshold it may have. */
function everyPolicy(nodes: number): QuorumPolicy[] {
  return Object.values(QUORUM_POLICIES).flatMap((of) =>
    Array.from({ length: largestFailureThreshold(nodes) }, (_, i) =>
      of.make({ failureThreshold: i + 1, weightRatio: 'largest' }),
    ),
  )
}

test('every policy, n up to 9: whoever acknowledged meets whoever was stopped, over all subsets', () => {
  for (let n = 3; n <= 9; n++) {
    for (const policy of everyPolicy(n)) {
      const k = policy.replicasRequired(n)
      const replicas = n - 1
      const source = 0
      for (let bits = 0; bits < 1 << replicas; bits++) {
        const members = [...Array(replicas).keys()].filter((i) => bits & (1 << i)).map((i) => i + 1)
        if (!allowed(living(k, source), stopped(n, members))) continue
        // The largest set of replicas that does not meet the stopped is all the others. Under k = 0 nothing is promised.
        assert.ok(replicas - members.length < k || k === 0, `${policy.name} n=${n} stopped ${members}`)
        // Two take-overs, each with so few stopped, still meet.
        assert.ok(2 * members.length > replicas, `${policy.name} n=${n} stopped ${members}`)
      }
    }
  }
})

test('the dead source is never one of the stopped, even when it is a replica by now', () => {
  assert.deepEqual(mayTakeOver(living(2, 1), { servers: stopped(4, [1, 2]), fenced: null, leastK: 1, policyK: 1 }), {
    allowed: false,
    data: { needed: 2, counted: 1 },
    promises: { needed: 2, counted: 1 },
    uncounted: [{ node: 'node2', why: 'source', keepsPromises: false }],
    unprovable: [],
    k: 2,
  })
})

test('a replica that lost data does not count for data; for promises one does that lost relay logs, or joined since its rebuild', () => {
  assert.equal(allowed(living(2), stopped(4, [1, 2], { 2: RELAY_LOG })), false)
  assert.equal(allowed(living(2), stopped(4, [1, 2, 3], { 2: RELAY_LOG })), true)
  // The first term is met by a fenced source: the second asks for promises only.
  assert.equal(allowed(living(1), stopped(3, [1, 2], { 1: RELAY_LOG }), 0), true)
  assert.equal(allowed(living(1), stopped(3, [1, 2], { 1: REBUILT }), 0), false)
  assert.equal(allowed(living(1), stopped(3, [1, 2], { 1: JOINED }), 0), true)
  // And the first by nothing of the kind.
  for (const loss of [RELAY_LOG, REBUILT, JOINED])
    assert.equal(allowed(living(1), stopped(3, [1, 2], { 1: loss })), false)
})

test('a refusal names who lives and does not count, why, and whom no waiting helps', () => {
  const servers = stopped(4, [1, 2, 3], { 1: REBUILT, 2: REBUILT })
  const asked = [{ ...servers[0]!, standing: 'live' as const }, ...servers.slice(1)]
  const rule = mayTakeOver(living(2), { servers: asked, fenced: null, leastK: 2, policyK: 2 })
  assert.deepEqual(
    rule.uncounted.map(({ node, why }) => `${node} ${why}`),
    ['node1 source', 'node2 rebuilt', 'node3 rebuilt'],
  )
  assert.deepEqual(rule.unprovable, ['node2', 'node3'])
  assert.match(
    textOf(ruleWhy(rule)),
    /^the quorum rule needs 2 replicas, 1 is reachable and counts \(node1 was the source, /,
  )
  assert.match(textOf(ruleWhy(rule)), /; node2 and node3 were rebuilt, and too few others are left/)
  const one = mayTakeOver(living(2), {
    servers: stopped(4, [1, 2], { 1: RELAY_LOG }),
    fenced: null,
    leastK: 2,
    policyK: 2,
  })
  assert.deepEqual(one.unprovable, [])
  assert.match(
    textOf(ruleWhy(one)),
    /needs 2 replicas that have lost nothing and 2 that keep their promises, 1 and 2 are .* \(node2 lost its relay log\)$/,
  )
  // Under `all` one rebuilt replica is enough.
  const all = mayTakeOver(living(3), {
    servers: stopped(4, [1, 2], { 1: REBUILT }),
    fenced: null,
    leastK: 3,
    policyK: 3,
  })
  assert.deepEqual(all.unprovable, ['node2'])
})

test('a fenced source replaces the first term of the rule and never the second', () => {
  assert.equal(allowed(living(1), stopped(4, [1, 2]), 0), true)
  assert.equal(allowed(living(1), stopped(4, [1]), 0), false)
  // Fenced, but it is not the source of the newest epoch: it replaces nothing.
  assert.equal(allowed(living(1, 3), stopped(4, [1, 2]), 0), false)
})

test('before the first epoch a majority of the configured servers must be stopped', () => {
  assert.equal(livingEpoch(EMPTY_GTID_SET), null)
  assert.equal(allowed(null, stopped(4, [0, 1])), false)
  assert.equal(allowed(null, stopped(4, [0, 1, 2])), true)
  // Where one replica may have acknowledged, the row of the first epoch may have come to that one alone.
  assert.equal(both(stopsNeeded(7, null, false, 1)), 6)
  assert.equal(both(stopsNeeded(7, null, false, 3)), 4)
  assert.equal(both(stopsNeeded(7, null, false, 0)), 4)
})

test('the living epoch is the newest row, with the smallest k of any of its rows', () => {
  const seen = MutableGtidSet.of(
    markerOf({ epoch: 2, k: 3, member: 1, base: 5 }),
    markerOf({ epoch: 7, k: 3, member: 2, base: 9 }),
    markerOf({ epoch: 7, k: 2, member: 2, base: 9 }),
  )
  assert.deepEqual(livingEpoch(seen), { epoch: 7, k: 2, member: 2, base: 9 })
})

test("only the unfenced source's own transactions after its row may be left out, and only when too few can hold them", () => {
  const after = MutableGtidSet.interval(SOURCE, 101, 105)
  const across = MutableGtidSet.interval(SOURCE, 100, 105)
  const foreign = MutableGtidSet.interval('22222222-2222-2222-2222-222222222222', 101, 101)
  assert.equal(mayLeaveOut(4, living(2), after, SOURCE, 1, 3, false), true)
  assert.equal(mayLeaveOut(4, living(2), across, SOURCE, 1, 3, false), false, 'it reaches before the row')
  assert.equal(mayLeaveOut(4, living(2), foreign, SOURCE, 1, 3, false), false, 'another server wrote it')
  assert.equal(mayLeaveOut(4, living(2), after, SOURCE, 1, 3, true), false, 'the source was fenced')
  assert.equal(mayLeaveOut(4, living(2), after, SOURCE, 1, 2, false), false, 'the unread replica may hold it too')
})

test('under k = 0 nothing was promised: the second term alone decides, and what the dead source alone wrote may go', () => {
  assert.equal(both(stopsNeeded(4, living(0), false, 1)), 2)
  assert.equal(both(stopsNeeded(7, living(0), false, 1)), 4)
  const after = MutableGtidSet.interval(SOURCE, 101, 105)
  assert.equal(mayLeaveOut(4, living(0), after, SOURCE, 3, 2, false), true)
  assert.equal(mayLeaveOut(4, living(0), after, SOURCE, 3, 2, true), false, 'the fenced source can deliver it')
  assert.equal(mayLeaveOut(4, living(0), MutableGtidSet.interval(SOURCE, 99, 105), SOURCE, 0, 3, false), false)
})

test('what may be left out was held by fewer than k replicas, whoever of the unread had it: all subsets, n up to 9', () => {
  const missing = MutableGtidSet.interval(SOURCE, 101, 101)
  for (let n = 3; n <= 9; n++)
    for (let k = 0; k < n; k++)
      for (let counted = 0; counted < n; counted++)
        for (let holdersInF = 0; holdersInF <= counted; holdersInF++) {
          // Of the n-1 replicas every one that was not counted may hold it.
          const mayHold = holdersInF + (n - 1 - counted)
          const may = mayLeaveOut(n, living(k), missing, SOURCE, holdersInF, counted, false)
          assert.equal(may, k === 0 || mayHold < k, `n=${n} k=${k} counted=${counted} holders=${holdersInF}`)
        }
})
