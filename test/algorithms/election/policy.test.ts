import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ELECTION_POLICIES, electionsOf } from '../../../algorithms/election/policies.ts'
import type { Candidate } from '../../../algorithms/election/policy.ts'
import { seerScore } from '../../../algorithms/election/seer-score.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { DEFAULT_SEER } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'

const view = (member: number, over: Partial<Candidate> = {}): Candidate => ({
  node: `node${member + 1}`,
  member,
  healthy: true,
  latencyUs: 1_000,
  lag: 0,
  uptimeUs: 99_000_000,
  crashes: 0,
  held: 100,
  draw: 0.5,
  trueDelayUs: null,
  ...over,
})

const SETUP = { seer: DEFAULT_SEER }
const ranked = (name: keyof typeof ELECTION_POLICIES, candidates: readonly Candidate[]) =>
  ELECTION_POLICIES[name].make(SETUP).rank(candidates)

test('seer-score is .4 latency + .4 stability + .2 lag', () => {
  // latency 1 ms: 1/2; up 99 s: 99/100; lag 4: 1/5
  assert.ok(Math.abs(seerScore(view(1, { lag: 4 })) - (0.4 * 0.5 + 0.4 * 0.99 + 0.2 * 0.2)) < 1e-12)
  assert.equal(seerScore(view(1, { healthy: false })), 0)
})

test('seer-score prefers a fast replica that lacks transactions: the flaw that failover has to make harmless', () => {
  const ranking = ranked('seer-score', [view(1, { latencyUs: 3_000, lag: 0 }), view(2, { latencyUs: 200, lag: 50 })])
  assert.equal(ranking[0]?.node, 'node3')
})

test('most-advanced prefers who holds most', () => {
  const ranking = ranked('most-advanced', [view(1, { held: 5 }), view(2, { held: 9 }), view(3, { held: 7 })])
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
      draw: fc.double({ min: 0, max: 1, noNaN: true }),
      trueDelayUs: fc.option(fc.oneof(fc.nat(9_999), fc.constant(Number.POSITIVE_INFINITY))),
    }),
    { selector: (r) => r.member, minLength: 1, maxLength: 8 },
  )
  for (const { make } of Object.values(ELECTION_POLICIES)) {
    const policy = make(SETUP)
    fc.assert(
      fc.property(arbitrary, (records) => {
        const views = records.map((r) => view(r.member, r))
        const ranking = policy.rank(views)
        assert.deepEqual(ranking.map((r) => r.node).sort(), views.map((v) => v.node).sort())
        assert.deepEqual(policy.rank([...views].reverse()), ranking)
        for (let i = 1; i < ranking.length; i++) assert.ok(ranking[i - 1]!.score >= ranking[i]!.score)
      }),
    )
  }
})

test('uniform is decided by the draws alone, and gives everybody who answers the same share', () => {
  const stream = new RandomStreams(5).stream('election')
  const wins = new Map<string, number>()
  for (let round = 0; round < 3_000; round++) {
    const candidates = [1, 2, 3].map((member) => view(member, { draw: stream.uniform(), latencyUs: member * 1_000 }))
    const winner = ranked('uniform', candidates)[0]!.node
    wins.set(winner, (wins.get(winner) ?? 0) + 1)
  }
  for (const node of ['node2', 'node3', 'node4'])
    assert.ok(Math.abs(wins.get(node)! - 1_000) < 120, `${wins.get(node)}`)
  assert.equal(ranked('uniform', [view(1, { draw: 0.9, healthy: false }), view(2, { draw: 0.1 })])[0]!.node, 'node3')
})

test('lowest-rtt takes the shortest round trip among those that answer', () => {
  const candidates = [
    view(1, { latencyUs: 900 }),
    view(2, { latencyUs: 100, healthy: false }),
    view(3, { latencyUs: 300 }),
  ]
  assert.deepEqual(
    ranked('lowest-rtt', candidates).map(({ node }) => node),
    ['node4', 'node2', 'node3'],
  )
})

test('best-known takes the shortest true delay, and says so where it is not known', () => {
  const ranking = ranked('best-known', [view(1), view(2, { trueDelayUs: 800 }), view(3, { trueDelayUs: 500 })])
  assert.deepEqual(
    ranking.map(({ node }) => node),
    ['node4', 'node3', 'node2'],
  )
  assert.equal(ranking[2]!.reason, 'unknown')
})

test('seer ranks by what it learnt, and whoever never led comes after, by round trip', () => {
  const policy = ELECTION_POLICIES.seer.make(SETUP)
  const adviser = policy.adviser!
  for (let atUs = 0; atUs <= 8e6; atUs += 100_000) {
    const leader = atUs < 4e6 ? 'node2' : 'node3'
    for (const node of ['node2', 'node3', 'node4']) adviser.observe(node, [1])
    adviser.sample(leader, [1], [leader === 'node2' ? 9 : 3])
    adviser.decide(atUs, leader, [])
  }
  const ranking = policy.rank([view(1), view(2), view(3, { latencyUs: 10 })])
  assert.deepEqual(
    ranking.map(({ node, reason }) => [node, reason]),
    [
      ['node3', 'predicted commit delay 3.00 ms'],
      ['node2', 'predicted commit delay 9.00 ms'],
      ['node4', 'never sampled, round trip 0.01 ms'],
    ],
  )
})

test("a coordinator makes its policies anew, records every opinion that exists, and takes a policy of one's own", () => {
  const names = (elections: ReturnType<typeof electionsOf>) => elections.all.map(({ name }) => name)
  const scored = names(electionsOf('seer-score', SETUP, true))
  assert.deepEqual([scored[0], scored.includes('best-known'), scored.includes('seer')], ['seer-score', true, false])
  const learning = names(electionsOf('seer', SETUP, false))
  assert.deepEqual([learning[0], learning.includes('best-known'), learning.includes('uniform')], ['seer', false, true])
  for (const all of [scored, learning]) assert.equal(new Set(all).size, all.length)
  assert.notEqual(electionsOf('seer', SETUP, false).deciding, electionsOf('seer', SETUP, false).deciding)
  const own = { name: 'own', rank: () => [] }
  assert.equal(electionsOf(() => own, SETUP, false).deciding, own)
})
