import assert from 'node:assert/strict'
import { explained } from '../../algorithms/reasons/outcomes.ts'
import { agreementSentence, asked, electionSentence, happened, inWords } from '../../reports/sentences.ts'
import type { Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { emptyFixture, fixture } from './fixtures.ts'
import { includes } from './page-parts.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const story = (result: Result) => plain(happened(result).join(' '))

function withFailover(change: Partial<Result['summary']['failovers'][number]>): Result {
  const result = fixture()
  const failovers = result.summary.failovers.map((failover) => ({ ...failover, ...change }))
  return { ...result, summary: { ...result.summary, failovers } }
}

test('what was asked is said in one sentence', () => {
  assert.equal(
    plain(asked(fixture())),
    '400 operations a second (30 % reads, STRONG) for 30 s on 4 nodes, with odd-even timestamps, majority quorum, seer-score election. On 4 servers majority and flexible (t=2) are the same rule, any 2 replicas: semi-synchronous replication with 2 acknowledgements.',
  )
})

test('a failover is told with its cause, its successor and its times', () => {
  const text = story(withFailover({ durationMs: 198.4, clientOutageMs: 205 }))
  includes(
    text,
    'At 10.0 s node1 (source) was killed. node2 took over and acknowledged its first new write 198 ms after the fault.',
  )
  includes(text, 'For clients the outage lasted 205 ms. No acknowledged write was lost.')
})

test('a failover that never ended is not given a duration', () => {
  const text = story(withFailover({ durationMs: null, clientOutageMs: null }))
  includes(text, 'node2 took over, but acknowledged no write that was begun after the fault.')
  assert.doesNotMatch(text, /null|NaN|outage lasted/)
})

test('lost writes are counted in the first lines', () => {
  includes(story(withFailover({ lostAcknowledged: 1 })), '1 acknowledged write was lost.')
  includes(story(withFailover({ lostAcknowledged: 3 })), '3 acknowledged writes were lost.')
})

test('a planned switch is told by its own reason', () => {
  includes(
    story(withFailover({ fault: null, reason: 'planned switch: stalled for 3 s; latency 1 ms' })),
    'At 10.0 s: planned switch: stalled for 3 s.',
  )
})

test('a run in which nothing broke says so', () => {
  includes(story(fixture({ crashes: 0 })), 'Nothing was broken, and the source stayed the same.')
  includes(story(emptyFixture()), 'No operation was measured.')
})

test('a fault without a failover is told, and a refusal with its reason', () => {
  const { faults } = fixture()
  const quiet = { ...fixture({ crashes: 0 }), faults }
  assert.match(story(quiet), /^At 10\.0 s node1 \(source\) was killed\. No failover followed\./)
  const refused = {
    kind: 'refused',
    epoch: 2,
    alarm: null,
    why: { code: 'no-candidate' },
    reason: 'no stopped replica can apply what it received',
    atUs: 11e6,
    process: 'coordinator',
  } as const
  includes(
    story({ ...quiet, events: [refused] }),
    'refused to fail over: no stopped replica can apply what it received.',
  )
})

test('an election is explained by the numbers of the winner and of the next', () => {
  const result = fixture()
  const failover = result.summary.failovers[0]!
  assert.equal(
    electionSentence(result, failover),
    'node2 was elected because seer-score ranked it first with 0.65 (latency 0.9 ms, lag 0 transactions, up 41 s, 0 crashes); node3 came second with 0.63 (latency 1.3 ms, lag 1 transactions, up 41 s, 0 crashes).',
  )
  assert.equal(agreementSentence(failover), 'Of the other policies, most-advanced would have picked node4.')
})

test('a winner that was not ranked first is explained by what stood against the others', () => {
  const result = withFailover({ newSource: 'node3' })
  const failover = result.summary.failovers[0]!
  const against = [explained({ code: 'not-up-to-date', node: 'node2' })]
  const events = result.events.map((event) => (event.kind === 'elected' ? { ...event, against } : event))
  const sentence = electionSentence({ ...result, events }, failover)
  includes(sentence, 'node3 was elected although seer-score ranked it second')
  includes(sentence, ': node2 could not be brought up to date.')
})

test('a tie that only the order of members broke is called one', () => {
  const failover = fixture().summary.failovers[0]!
  const tied = failover.rankings['most-advanced']!.map((candidate) => ({ ...candidate, score: 2865 }))
  assert.equal(
    agreementSentence({ ...failover, rankings: { ...failover.rankings, 'most-advanced': tied } }),
    'Of the other policies, most-advanced would have picked node4, though it rated node2 as high.',
  )
})

test('an election without a ranking still names what is known', () => {
  const result = withFailover({ rankings: {}, reason: '' })
  assert.equal(electionSentence(result, result.summary.failovers[0]!), 'node2 was chosen; no reason was recorded.')
})

test('faults become sentences only where that is safe', () => {
  assert.equal(inWords({ kind: 'pause', label: 'pause node2', target: ['node2'] }), 'node2 was frozen')
  assert.equal(
    inWords({ kind: 'slow', label: 'slow node4 cpu 0.3 disk +20 ms', target: ['node4'] }),
    'node4 was slowed down (cpu 0.3 disk +20 ms)',
  )
  assert.equal(inWords({ kind: 'slow', label: 'slow node1->node3', target: [] }), 'slow node1->node3')
})

test('a quorum that is the same as another by law says so, where its result does', () => {
  const result = fixture()
  const { sameRule, ...scenario } = result.scenario
  assert.doesNotMatch(asked({ ...result, scenario }), /same rule/)
  const text = 'On 4 servers cabinet (t=1) and flexible (t=1) are the same rule.'
  const told = { ...result, scenario: { ...scenario, sameRule: { k: 1, others: ['flexible (t=1)'], text } } }
  assert.ok(asked(told).endsWith(` ${text}`))
})

test('beyond three, planned moves and failovers are counted apart', () => {
  const result = withFailover({})
  const [failover] = result.summary.failovers
  const kinds = ['failover', 'failover', 'failover', 'failover', 'planned move', 'planned move'] as const
  const failovers = kinds.map((kind) => ({ ...failover!, kind }))
  includes(
    story({ ...result, summary: { ...result.summary, failovers } }),
    '1 more failover and 2 more planned moves followed.',
  )
})

test('a planned move is told as one: who asked, how long clients waited, and nobody was passed over', () => {
  const result = withFailover({ durationMs: 43, clientOutageMs: null, newSource: 'node3', epoch: 2 })
  const [failover] = result.summary.failovers
  const at = { atUs: 10_001_400, process: 'coordinator', epoch: 2, from: 'node1' }
  const moved = (by: 'request' | 'adviser', reason: string): Result => ({
    ...result,
    events: [
      ...result.events,
      { ...at, kind: 'planned', to: 'node3', by, reason },
      {
        ...at,
        kind: 'switched',
        source: 'node3',
        by,
        verdict: 'moved',
        why: null,
        reason: '',
        heldUs: 35_300,
        charged: null,
      },
    ],
  })
  const asked = moved('request', 'asked for')
  includes(
    story(asked),
    'At 10.0 s the source was moved on purpose from node1 to node3. Clients were held back for 35.3 ms, and its first new write came 43 ms after.',
  )
  const sentence = plain(electionSentence(asked, failover!))
  includes(sentence, 'node3 was chosen because the move to it was asked for; seer-score ranked it second with')
  assert.doesNotMatch(sentence, /could not be used/)
  includes(story(moved('adviser', 'predicted delay 1 under node3')), 'moved the source from node1 to node3: predicted')
})

test('a candidate that a policy knows nothing of has no score', () => {
  const ranking = [
    { node: 'node2', score: -1.32, reason: 'predicted commit delay 1.32 ms' },
    { node: 'node3', score: -500_000_000.6, reason: 'never sampled' },
  ]
  const result = withFailover({ newSource: 'node2', policy: 'seer', rankings: { seer: ranking } })
  includes(
    plain(electionSentence(result, result.summary.failovers[0]!)),
    'node3 came second with no score (never sampled)',
  )
})

test('what one step did to several servers is told once', () => {
  const [fault] = fixture().faults
  const at = (node: string) => ({ ...fault!, target: [node], label: `crash ${node} (strongest)` })
  const result = { ...fixture({ crashes: 0 }), faults: [at('node10'), at('node9'), { ...at('node2'), atMs: 20_000 }] }
  assert.match(
    story(result),
    /^At 10\.0 s node9 and node10 were killed and at 20\.0 s node2 \(strongest\) was killed\./,
  )
})
