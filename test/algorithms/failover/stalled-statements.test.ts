import assert from 'node:assert/strict'
import { deferred } from '../../../algorithms/effects.ts'
import { Executions } from '../../../algorithms/failover/executions.ts'
import { newMember } from '../../../algorithms/failover/member.ts'
import { observe } from '../../../algorithms/failover/monitor.ts'
import type { Alarm, Reign } from '../../../algorithms/failover/reign.ts'
import { checkSource } from '../../../algorithms/failover/source-watch.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { EMPTY_GTID_SET } from '../../../algorithms/gtid-set.ts'
import { DEFAULT_TUNING } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'
import { replica, SOURCE } from './scripted-servers.ts'

const NOW_US = 10_000_000

/** What the watch does when a client's SQL has hung for so long, and so many of three replicas are fed; k is 2. */
function alarmAfter(hangsUs: number, fed: number, awakeSinceUs = Number.NEGATIVE_INFINITY): Alarm['kind'] | null {
  const members = [0, 1, 2, 3].map((index) => newMember(index, `node${index + 1}`, EMPTY_GTID_SET))
  const reign = {
    ...{ epoch: 1, source: members[0]!, startedUs: 0, k: 2, alarm: deferred<Alarm>() },
    ...{ acknowledgements: { waitingSinceUs: null, reportedBy: () => null }, executions: new Executions() },
    statements: new Executions(),
  } as unknown as Reign
  const process = { nowUs: NOW_US }
  const known = { members, reign, tuning: DEFAULT_TUNING, highestEpoch: 1, peers: [], process }
  const coordinator: unknown = { ...known, awakeSinceUs }
  reign.statements.began(NOW_US - hangsUs)
  for (const member of members) {
    const fedAgeUs = member.index <= fed ? 50_000 : 1_000_000
    const state =
      member.index === 0 ? replica(0, EMPTY_GTID_SET, SOURCE) : replica(member.index, EMPTY_GTID_SET, { fedAgeUs })
    observe(coordinator as CoordinatorState, member, state, NOW_US - 20, NOW_US - 10)
    member.probe = 'answered'
  }
  checkSource(coordinator as CoordinatorState)
  return reign.alarm.settled ? 'stalled' : null
}

test('SQL that hangs while too few replicas follow stalls its source, by nothing but its own slowness it does not', () => {
  assert.equal(alarmAfter(3_000_000, 1), 'stalled')
  assert.equal(alarmAfter(2_900_000, 1), null)
  assert.equal(alarmAfter(60_000_000, 2), null)
})

test('what waited while the coordinator slept is no stall', () => {
  assert.equal(alarmAfter(4_000_000, 1, NOW_US - 100_000), null)
  assert.equal(alarmAfter(4_000_000, 1, NOW_US - 3_000_000), 'stalled')
})
