import assert from 'node:assert/strict'
import { judgeSource, type SourceEvidence } from '../../../algorithms/failover/detector.ts'
import { test } from '../../support/test.ts'

const TUNING = { unreachableUs: 1_000_000, stalledUs: 3_000_000 }
const calm: SourceEvidence = {
  nowUs: 10_000_000,
  probe: 'answered',
  probeFailingSinceUs: null,
  client: 'answered',
  clientFailingSinceUs: null,
  replicas: [],
  lostItsRole: false,
  unacknowledgedSinceUs: null,
}
const judge = (over: Partial<SourceEvidence>) => judgeSource({ ...calm, ...over }, TUNING).kind
const failing = {
  probe: 'failed',
  probeFailingSinceUs: 9_990_000,
  client: 'failed',
  clientFailingSinceUs: 9_985_000,
} as const

test('a source that answers is fine', () => assert.equal(judge({}), 'fine'))

test('client and probe fail and the replicas lost the source: gone at once', () => {
  assert.equal(judge({ ...failing, replicas: [{ fed: false }, { fed: false }] }), 'gone')
})

test('client and probe fail but a replica is still fed: gone only after unreachableUs', () => {
  const replicas = [{ fed: false }, { fed: true }]
  assert.equal(judge({ ...failing, replicas }), 'suspect')
  assert.equal(judge({ ...failing, probeFailingSinceUs: 9_000_000, clientFailingSinceUs: 8_900_000, replicas }), 'gone')
})

test('the probe fails but clients get through: suspect, not gone', () => {
  assert.equal(judge({ probe: 'failed', probeFailingSinceUs: 9_990_000, replicas: [{ fed: false }] }), 'suspect')
})

test('one failed statement of a source that answers probes is only a suspicion', () => {
  assert.equal(judge({ client: 'failed', clientFailingSinceUs: 9_999_000 }), 'suspect')
})

test('no word of any replica yet: wait, do not conclude', () =>
  assert.equal(judge({ ...failing, replicas: [] }), 'suspect'))

test('a source that came back read-only has lost its role', () => assert.equal(judge({ lostItsRole: true }), 'gone'))

test('reachable but nothing is acknowledged for stalledUs: a planned move', () => {
  assert.equal(judge({ unacknowledgedSinceUs: 7_100_000 }), 'fine')
  assert.equal(judge({ unacknowledgedSinceUs: 7_000_000 }), 'stalled')
})
