import assert from 'node:assert/strict'
import { chosenQuorum } from '../../../algorithms/quorum/chosen-quorum.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import type { ReplicaView } from '../../../algorithms/quorum/policy.ts'
import type { QuorumKind } from '../../../algorithms/quorum/policy-kind.ts'
import { test } from '../../support/test.ts'

const SETTINGS = { failureThreshold: 1, weightRatio: 'largest' } as const

function replica(member: number, latencyUs: number, healthy = true): ReplicaView {
  return { node: `node${member + 1}`, member, healthy, latencyUs, lag: 0, uptimeUs: 1, crashes: 0, held: 0 }
}

/** node3 is the quickest, then node4, then node2. */
const REPLICAS = [replica(1, 3_000), replica(2, 1_000), replica(3, 2_000)]

function chosen(kind: QuorumKind, replicas = REPLICAS): readonly [readonly string[], boolean] {
  const { ranking, isReached } = chosenQuorum(kind.make(SETTINGS), replicas, 4)
  return [ranking.filter(({ isChosen }) => isChosen).map(({ view }) => view.node), isReached]
}

test('each policy chooses the quickest of what it asks for', () => {
  const expected: Readonly<Record<keyof typeof QUORUM_POLICIES, readonly string[]>> = {
    majority: ['node3', 'node4'],
    'cabinet-top': ['node3', 'node4'],
    cabinet: ['node3'],
    flexible: ['node3'],
    all: ['node3', 'node4', 'node2'],
    none: [],
  }
  for (const [name, kind] of Object.entries(QUORUM_POLICIES))
    assert.deepEqual(chosen(kind), [expected[name as keyof typeof expected], true], name)
})

test('a dead replica is not chosen, but where it was selected by name; too few are said to be too few', () => {
  const dead = [replica(1, 3_000), replica(2, 1_000, false), replica(3, 2_000)]
  assert.deepEqual(chosen(QUORUM_POLICIES.majority, dead), [['node4', 'node2'], true])
  assert.deepEqual(chosen(QUORUM_POLICIES.all, dead), [['node4', 'node2'], false])
  const one = [replica(1, 3_000), replica(2, 1_000, false), replica(3, 2_000, false)]
  assert.deepEqual(chosen(QUORUM_POLICIES['cabinet-top'], one), [['node2', 'node3'], false])
})

test('what is chosen weighs more than the threshold, for every policy and any three of seven', () => {
  for (const kind of Object.values<QuorumKind>(QUORUM_POLICIES))
    for (const failureThreshold of [1, 2, 3]) {
      const replicas = [1, 2, 3, 4, 5, 6].map((member) => replica(member, member * 500))
      const quorum = chosenQuorum(kind.make({ failureThreshold, weightRatio: 'largest' }), replicas, 7)
      const votes = quorum.ranking.reduce(
        (sum, { isChosen, weight }) => sum + (isChosen ? weight : 0),
        quorum.sourceWeight,
      )
      assert.ok(quorum.isReached)
      assert.ok(votes > quorum.threshold, `${kind.name} ${failureThreshold}: ${votes} of ${quorum.threshold}`)
    }
})
