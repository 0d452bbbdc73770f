import assert from 'node:assert/strict'
import { recordedRun } from '../../../../real/dashboard/recorded/recorded-run.ts'
import { snapshotAt } from '../../../../real/dashboard/recorded/snapshot-at.ts'
import { answerOf } from '../../../../real/dashboard/state/answer.ts'
import { happenings } from '../../../../real/dashboard/state/history.ts'
import { healthyText, serviceGroups } from '../../../../real/dashboard/state/services.ts'
import type { ServiceState, SystemSnapshot } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { crashResult } from '../recorded-crash.ts'

const ago = () => '4 s ago'
const at = (atMs: number) => snapshotAt(recordedRun(crashResult()), atMs)

function withLag(known: SystemSnapshot, lagMs: number | null): SystemSnapshot {
  const nodes = known.topology.nodes.map((node, index) => ({ ...node, lagMs: index === 2 ? lagMs : 0.2 }))
  return { ...known, topology: { ...known.topology, nodes } }
}

test('the answer names the replica that is farthest behind', () => {
  assert.match(answerOf(withLag(at(900), 1500), ago).details[0]!, /far behind: node3, 1.5/)
  assert.match(answerOf(withLag(at(900), 12), ago).details[0]!, /^Farthest behind: node3, 12.ms/)
  assert.match(answerOf(withLag(at(900), null), ago).details[0]!, /less than 1 ms/)
})

test('after a failover it says how long clients were without an answer', () => {
  const { details } = answerOf(at(3500), ago)
  assert.match(details[1]!, /^Failover 4 s ago, node1 to node\d; clients were without an answer for [\d.]+.ms\.$/)
})

test('without a source that answers it says that writes wait', () => {
  const known = at(900)
  assert.equal(answerOf({ ...known, topology: { ...known.topology, source: null } }, ago).mood, 'broken')
})

test('the third timestamp server is shown beside the two and is no eleventh service', () => {
  const service = (id: string, kind: ServiceState['kind'], state: ServiceState['state'] = 'healthy'): ServiceState => ({
    id,
    kind,
    state,
    address: '',
    detail: '',
    sinceMs: 0,
  })
  const services = [
    ...['instance-1', 'instance-2', 'instance-3', 'instance-4'].map((id) => service(id, 'mysql')),
    ...['timestamp-1', 'timestamp-2', 'timestamp-3'].map((id) => service(id, 'timestamp')),
    service('coordinator', 'coordinator'),
    service('metrics', 'metrics'),
    service('cabinet', 'cabinet', 'down'),
    service('seer', 'seer'),
  ]
  assert.equal(healthyText(services), '9 of 10 healthy')
  assert.deepEqual(
    serviceGroups(services).map(({ services }) => services.length),
    [4, 3, 1, 3],
  )
})

test('history is newest first, and each thing stands there once', () => {
  const keys = happenings(at(3500)).map(({ key }) => key)
  assert.equal(new Set(keys).size, keys.length)
  const times = happenings(at(3500)).map(({ atMs }) => atMs)
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  )
})
