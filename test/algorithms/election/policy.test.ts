import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ELECTION_POLICIES } from '../../../algorithms/election/policies.ts'
import { seerScore } from '../../../algorithms/election/seer-score.ts'
import type { ReplicaView } from '../../../algorithms/quorum/policy.ts'
import { test } from '../../support/test.ts'

const view = (member: number, over: Partial<ReplicaView> = {}): ReplicaView => ({
  node: `node${member + 1}`,
  member,
  healthy: true,
  latencyUs: 1_000,
  lag: 0,
  uptimeUs: 99_000_000,
  crashes: 0,
  held: 100,
  ...over,
})

test('seer-score is .4 latency + .4 stability + .2 lag', () => {
  // latency 1 ms: 1/2; up 99 s: 99/100; lag 4: 1/5
  assert.ok(Math.abs(seerScore(view(1, { lag: 4 })) - (0.4 * 0.5 + 0.4 * 0.99 + 0.2 * 0.2)) < 1e-12)
  assert.equal(seerScore(view(1, { healthy: false })), 0)
})

test('seer-score prefers a fast replica that lacks transactions: the flaw that failover has to make harmless', () => {
  const ranking = ELECTION_POLICIES['seer-score'].rank([
    view(1, { latencyUs: 3_000, lag: 0 }),
    view(2, { latencyUs: 200, lag: 50 }),
  ])
  assert.equal(ranking[0]?.node, 'node3')
})

test('most-advanced prefers who holds most', () => {
  const ranking = ELECTION_POLICIES['most-advanced'].rank([
    view(1, { held: 5 }),
    view(2, { held: 9 }),
    view(3, { held: 7 }),
  ])
  assert.deepEqual(
    ranking.map((r) => r.node),
    ['node3', 'node4', 'node2'],
  )
})

test('every policy ranks every candidate once, in an order that does not depend on the order of asking', () => {
  const arbitrary = fc.uniqueArray(
    fc.record({
      member: fc.nat(8),
      latencyUs: fc.nat(5_000),
      lag: fc.nat(5),
      crashes: fc.nat(2),
      held: fc.nat(9),
      healthy: fc.boolean(),
    }),
    { selector: (r) => r.member, minLength: 1, maxLength: 8 },
  )
  for (const policy of Object.values(ELECTION_POLICIES))
    fc.assert(
      fc.property(arbitrary, (records) => {
        const views = records.map((r) => view(r.member, r))
        const ranking = policy.rank(views)
        assert.deepEqual(ranking.map((r) => r.node).sort(), views.map((v) => v.node).sort())
        assert.deepEqual(policy.rank([...views].reverse()), ranking)
        for (let i = 1; i < ranking.length; i++) assert.ok(ranking[i - 1]!.score >= ranking[i]!.score)
      }),
    )
})
