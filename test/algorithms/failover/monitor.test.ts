import assert from 'node:assert/strict'
import { Acknowledgements } from '../../../algorithms/failover/acknowledgements.ts'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { newMember } from '../../../algorithms/failover/member.ts'
import { observe, observeCommand, rememberReports } from '../../../algorithms/failover/monitor.ts'
import { newPeer } from '../../../algorithms/failover/peer.ts'
import type { Reign } from '../../../algorithms/failover/reign.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { ServerState } from '../../../algorithms/servers.ts'
import { test } from '../../support/test.ts'

const UUID = '11111111-1111-1111-1111-111111111111'
const marker = markerOf({ epoch: 1, k: 2, member: 0, base: 0 })

/** What a replica shows that holds the epoch up to `number`. */
function showing(number: number, receiver: ServerState['receiver'] = 'running'): ServerState {
  const executed = MutableGtidSet.interval(UUID, 1, number)
  executed.add(marker)
  return {
    uuid: '22222222-2222-2222-2222-222222222222',
    executed,
    retrieved: EMPTY_GTID_SET,
    promised: 0,
    superReadOnly: true,
    offline: false,
    receiver,
    applier: 'running',
    source: 'node1',
    fedAgeUs: 0,
    arriving: null,
    uptimeUs: 1,
    receiverError: null,
    applierErrno: null,
    semiSyncSource: false,
    receipts: 0,
  }
}

function fresh() {
  const member = newMember(1, 'node2', EMPTY_GTID_SET)
  const acknowledgements = new Acknowledgements({ sourceUuid: UUID, source: 0, base: 0, marker, k: 2 }, 4)
  const reign = { acknowledgements } as Partial<Reign> as Reign
  const coordinator = {
    highestEpoch: 0,
    peers: [],
    reign,
    byReceipts: new MutableGtidSet(),
  } as Partial<CoordinatorState> as CoordinatorState
  return { member, acknowledgements, coordinator }
}

test('what a replica received after a probe and before its receiver stopped is not missed', () => {
  const { member, coordinator } = fresh()
  // The command is asked at 100 and answered at 130; a probe is asked at 110 and answered at 120.
  observe(coordinator, member, showing(5), 110, 120)
  observeCommand(coordinator, member, showing(7, 'stopped'), 100, 130)
  assert.equal(member.held.highest(UUID), 7)
  assert.equal(member.state!.receiver, 'stopped')
  // Asked while the command ran, answered after it: nobody knows which was first.
  observe(coordinator, member, showing(6), 125, 140)
  assert.equal(member.held.highest(UUID), 7)
  assert.equal(member.state!.receiver, 'stopped')
  assert.equal(member.loss, null)
})

test('of answers that overlap none is forgotten, and a later one that holds less shows a loss', () => {
  const { member, coordinator } = fresh()
  observe(coordinator, member, showing(9), 100, 120)
  observe(coordinator, member, showing(8), 110, 130)
  assert.equal(member.loss, null)
  observe(coordinator, member, showing(8), 140, 150)
  assert.notEqual(member.loss, null)
})

test('a replica that acknowledged a transaction and shows it no more has lost data, although no probe ever showed it', () => {
  const { member, coordinator, acknowledgements } = fresh()
  observe(coordinator, member, showing(5), 100, 110)
  acknowledgements.report(1, showing(9).executed, 120)
  rememberReports(coordinator, member, 130)
  // Asked before the report came: proves nothing.
  observe(coordinator, member, showing(6), 125, 140)
  assert.equal(member.loss, null)
  observe(coordinator, member, showing(6), 150, 160)
  assert.notEqual(member.loss, null)
  assert.deepEqual(
    [0, 1, 2, 3].filter((member) => acknowledgements.isExcluded(member)),
    [1],
  )
})

test('where there are other coordinators, a server with another uuid does not count, however much it holds', () => {
  const { coordinator } = fresh()
  const withPeer: CoordinatorState = { ...coordinator, peers: [newPeer('coordinator-2')] }
  const lostAfter = (states: readonly ServerState[], knownUuid: string | null, state: CoordinatorState) => {
    const member = newMember(1, 'node2', EMPTY_GTID_SET)
    member.knownUuid = knownUuid
    states.forEach((seen, i) => {
      observe(state, member, seen, 10 * i, 10 * i + 1)
    })
    return member.loss !== null
  }
  const clone: ServerState = { ...showing(9), uuid: '33333333-3333-3333-3333-333333333333' }
  const empty: ServerState = { ...showing(0), executed: EMPTY_GTID_SET }
  // Met before any epoch had begun, and ever since: trusted.
  assert.equal(lostAfter([empty, showing(3), showing(5)], null, withPeer), false)
  assert.equal(lostAfter([showing(3)], showing(3).uuid, withPeer), false)
  // A clone of somebody who holds more shows no loss.
  assert.equal(lostAfter([empty, showing(3), clone], null, withPeer), true)
  // Rebuilt by the other one while this one was away; and met for the first time when epochs had begun already.
  assert.equal(lostAfter([clone], showing(3).uuid, withPeer), true)
  assert.equal(lostAfter([clone], null, withPeer), true)
  // Alone, the coordinator rebuilds every server itself.
  assert.equal(lostAfter([showing(3), clone], null, { ...coordinator, peers: [] }), false)
})
