import assert from 'node:assert/strict'
import { judgeSource, type ReplicaWord, type SourceEvidence } from '../../../algorithms/failover/detector.ts'
import { test } from '../../support/test.ts'

const TUNING = { unreachableUs: 1_000_000, stalledUs: 3_000_000 }
const calm: SourceEvidence = {
  nowUs: 10_000_000,
  silentSinceUs: null,
  boundUs: 400_000,
  isBroken: false,
  replicas: ['fed', 'fed', 'fed'],
  isHeardElsewhere: false,
  lostItsRole: false,
  unacknowledgedSinceUs: null,
}
const judge = (over: Partial<SourceEvidence>) => judgeSource({ ...calm, ...over }, TUNING).kind
const silentFor = (ms: number) => ({ silentSinceUs: calm.nowUs - ms * 1000 })
const all = (word: ReplicaWord): ReplicaWord[] => [word, word, word]

test('a source that answers is fine', () => assert.equal(judge({}), 'fine'))

test('client and probe fail and the replicas lost the source: gone at once', () => {
  assert.equal(judge({ ...silentFor(1), isBroken: true, replicas: all('lost') }), 'gone')
  assert.equal(judge({ ...silentFor(1), isBroken: true, replicas: ['lost', 'lost', 'unfed'] }), 'suspect')
})

test('a source that is silent and was not refused is not gone at once, whatever its replicas lost', () => {
  assert.equal(judge({ ...silentFor(1), replicas: all('lost') }), 'fine')
  assert.equal(judge({ ...silentFor(399), replicas: all('lost') }), 'suspect')
})

test('nothing is answered and no replica hears anything: gone after what was measured', () => {
  assert.equal(judge({ ...silentFor(399), replicas: all('unfed') }), 'suspect')
  assert.equal(judge({ ...silentFor(400), replicas: all('unfed') }), 'gone')
  assert.equal(judge({ ...silentFor(400), replicas: ['unfed', 'lost', 'unfed'] }), 'gone')
  assert.equal(judge({ ...silentFor(700), boundUs: 800_000, replicas: all('unfed') }), 'suspect')
})

test('one replica that is still fed, one that has not spoken yet, or another coordinator that hears it: gone only after unreachableUs', () => {
  for (const replicas of [['unfed', 'fed', 'unfed'], ['unfed', 'unasked', 'lost'], []] as ReplicaWord[][]) {
    assert.equal(judge({ ...silentFor(999), replicas }), 'suspect')
    assert.equal(judge({ ...silentFor(1000), replicas }), 'gone')
  }
  const heard = { replicas: all('unfed'), isHeardElsewhere: true }
  assert.equal(judge({ ...silentFor(999), ...heard }), 'suspect')
  assert.equal(judge({ ...silentFor(1000), ...heard }), 'gone')
})

test('refused, and a replica is still fed: gone only after unreachableUs', () => {
  const replicas: ReplicaWord[] = ['lost', 'fed', 'lost']
  assert.equal(judge({ ...silentFor(1), isBroken: true, replicas }), 'suspect')
  assert.equal(judge({ ...silentFor(1000), isBroken: true, replicas }), 'gone')
})

test('a short silence is no suspicion', () => {
  assert.equal(judge(silentFor(199)), 'fine')
  assert.equal(judge(silentFor(200)), 'suspect')
})

test('a source that came back read-only has lost its role', () => assert.equal(judge({ lostItsRole: true }), 'gone'))

test('reachable but nothing is acknowledged for stalledUs: a planned move', () => {
  assert.equal(judge({ unacknowledgedSinceUs: 7_100_000 }), 'fine')
  assert.equal(judge({ unacknowledgedSinceUs: 7_000_000 }), 'stalled')
})
