import assert from 'node:assert/strict'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import {
  type LivingEpoch,
  livingEpoch,
  mayLeaveOut,
  mayTakeOver,
  stopsNeeded,
} from '../../../algorithms/failover/quorum-rule.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import type { QuorumPolicy } from '../../../algorithms/quorum/policy.ts'
import { largestFailureThreshold } from '../../../algorithms/quorum/weights.ts'
import { test } from '../../support/test.ts'

const SOURCE = '11111111-1111-1111-1111-111111111111'
const living = (k: number, member = 0): LivingEpoch => ({ epoch: 3, k, member, base: 100 })
const none = new Set<number>()

test('four servers: majority needs any 2 of the 3 replicas, k=3 needs 2, k=1 needs all 3', () => {
  assert.equal(stopsNeeded(4, living(2), false, 1), 2)
  assert.equal(stopsNeeded(4, living(3), false, 1), 2)
  assert.equal(stopsNeeded(4, living(1), false, 1), 3)
})

/** With every failure threshold it may have. */
function everyPolicy(nodes: number): QuorumPolicy[] {
  return Object.values(QUORUM_POLICIES).flatMap((of) =>
    Array.from({ length: largestFailureThreshold(nodes) }, (_, i) =>
      of({ failureThreshold: i + 1, weightRatio: 'largest' }),
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
        const stopped = [...Array(replicas).keys()].filter((i) => bits & (1 << i)).map((i) => i + 1)
        const rule = mayTakeOver(n, living(k, source), { members: stopped, excluded: none, fenced: null, leastK: 1 })
        if (!rule.allowed) continue
        // The largest set of replicas that does not meet the stopped is all the others. Under k = 0 nothing is promised.
        assert.ok(replicas - stopped.length < k || k === 0, `${policy.name} n=${n} stopped ${stopped}`)
        // Two take-overs, each with so few stopped, still meet.
        assert.ok(2 * stopped.length > replicas, `${policy.name} n=${n} stopped ${stopped}`)
      }
    }
  }
})

test('the dead source is never one of the stopped, even when it is a replica by now', () => {
  const rule = mayTakeOver(4, living(2, 1), { members: [1, 2], excluded: none, fenced: null, leastK: 1 })
  assert.deepEqual(rule, { allowed: false, counted: 1, needed: 2 })
})

test('a replica that lost data does not count', () => {
  assert.equal(
    mayTakeOver(4, living(2), { members: [1, 2], excluded: new Set([2]), fenced: null, leastK: 1 }).allowed,
    false,
  )
  assert.equal(
    mayTakeOver(4, living(2), { members: [1, 2, 3], excluded: new Set([2]), fenced: null, leastK: 1 }).allowed,
    true,
  )
})

test('a fenced source replaces the first term of the rule and never the second', () => {
  assert.equal(mayTakeOver(4, living(1), { members: [1, 2], excluded: none, fenced: 0, leastK: 1 }).allowed, true)
  assert.equal(mayTakeOver(4, living(1), { members: [1], excluded: none, fenced: 0, leastK: 1 }).allowed, false)
  // Fenced, but it is not the source of the newest epoch: it replaces nothing.
  assert.equal(mayTakeOver(4, living(1, 3), { members: [1, 2], excluded: none, fenced: 0, leastK: 1 }).allowed, false)
})

test('before the first epoch a majority of the configured servers must be stopped', () => {
  assert.equal(livingEpoch(EMPTY_GTID_SET), null)
  assert.equal(mayTakeOver(4, null, { members: [0, 1], excluded: none, fenced: null, leastK: 1 }).allowed, false)
  assert.equal(mayTakeOver(4, null, { members: [0, 1, 2], excluded: none, fenced: null, leastK: 1 }).allowed, true)
  // Where one replica may have acknowledged, the row of the first epoch may have come to that one alone.
  assert.equal(stopsNeeded(7, null, false, 1), 6)
  assert.equal(stopsNeeded(7, null, false, 3), 4)
  assert.equal(stopsNeeded(7, null, false, 0), 4)
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
  assert.equal(stopsNeeded(4, living(0), false, 1), 2)
  assert.equal(stopsNeeded(7, living(0), false, 1), 4)
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
