import assert from 'node:assert/strict'
import type { Loss } from '../../../algorithms/failover/loss.ts'
import { newMember } from '../../../algorithms/failover/member.ts'
import { takeSnapshot } from '../../../algorithms/failover/snapshot.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import type { Gathered } from '../../../algorithms/failover/take-over-steps.ts'
import { EMPTY_GTID_SET } from '../../../algorithms/gtid-set.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import { test } from '../../support/test.ts'
import { markers, replica } from './scripted-servers.ts'
import { JOINED, REBUILT, RELAY_LOG } from './stopped.ts'

/**
 * Four servers with the row of epoch 5 (k = 2, source node1), and a take-over in epoch 8 that fenced node1 and stopped
 * `stopped`. Whether node1 stands for its epoch shows in what the first term of the rule needs.
 */
function neededForData(
  stopped: readonly number[],
  losses: Readonly<Record<number, Loss>> = {},
  givenUp: readonly number[] = [],
): number {
  const members = [0, 1, 2, 3].map((index) => {
    const state = replica(index, markers([5, 0, 0]))
    const member = newMember(index, `node${index + 1}`, EMPTY_GTID_SET)
    return { ...member, state, held: state.executed, probe: 'answered' as const, loss: losses[index] ?? null }
  })
  const gathered: Gathered = {
    epoch: 8,
    stopped: new Set(stopped.map((index) => members[index]!)),
    fenced: new Set([members[0]!]),
    deposed: null,
  }
  const quorum = QUORUM_POLICIES.flexible.make({ failureThreshold: 1, weightRatio: 'largest' })
  const coordinator = { members, quorum, givenUp: new Set(givenUp) } as Partial<CoordinatorState> as CoordinatorState
  return takeSnapshot(coordinator, gathered).rule.data.needed
}

test('where every server was read and none was rebuilt, no epoch can have begun since: the fenced source stands', () => {
  assert.equal(neededForData([1, 2, 3]), 0)
  assert.equal(neededForData([1, 2, 3], { 2: RELAY_LOG }), 0)
})

test('a server that was not read, or was rebuilt, may have been the source of an epoch that was promised since', () => {
  assert.equal(neededForData([1, 2]), 2)
  for (const rebuilt of [REBUILT, JOINED]) assert.equal(neededForData([1, 2, 3], { 3: rebuilt }), 2)
  // Unless that is known of every number in between.
  assert.equal(neededForData([1, 2], {}, [6, 7]), 0)
  assert.equal(neededForData([1, 2], {}, [6]), 2)
})

test('a source that lost something stands for nothing, whoever was read', () => {
  assert.equal(neededForData([1, 2, 3], { 0: REBUILT }), 2)
})
