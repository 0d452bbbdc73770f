import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { WriteReply } from '../../../algorithms/servers.ts'
import { ClientSession } from '../../../scenarios/clients/client-session.ts'
import { test } from '../../support/test.ts'

const U = '11111111-1111-1111-1111-111111111111'
const V = '22222222-2222-2222-2222-222222222222'

const written = (number: number, counter: number): WriteReply => ({
  verdict: 'ok',
  gtid: { uuid: U, number },
  timestamp: { counter, server: 1 },
  epoch: 1,
  node: 'node1',
  result: null,
  seen: null,
})
const shown = (text: string | null) =>
  ({
    verdict: 'ok',
    value: null,
    rows: null,
    staleness: null,
    epoch: 1,
    node: 'node2',
    seen: text === null ? null : MutableGtidSet.parse(text),
  }) as const

test('a session has seen its acknowledged writes and all that its reads may have shown', () => {
  const session = new ClientSession(true)
  assert.equal(session.now.seen!.isEmpty, true)
  session.wrote('SESSION', written(3, 1))
  session.wrote('STRONG', written(5, 2))
  assert.equal(String(session.now.seen), `${U}:3:5`)
  session.read(shown(`${U}:1-4,${V}:1`))
  assert.equal(String(session.now.seen), `${U}:1-5,${V}:1`)
  session.read(shown(`${U}:1-9,${V}:1-2`))
  assert.equal(String(session.now.seen), `${U}:1-9,${V}:1-2`)
})

test('what may be lost is not waited for: EVENTUAL writes, and writes without an ok', () => {
  const session = new ClientSession(true)
  session.wrote('EVENTUAL', written(1, 1))
  session.wrote('SESSION', {
    verdict: 'unknown',
    why: { code: 'quorum-late' },
    reason: 'late',
    gtid: { uuid: U, number: 2 },
    timestamp: { counter: 2, server: 1 },
    at: null,
  })
  session.read(shown(null))
  session.read({ verdict: 'failed', why: { code: 'nobody-reigns' }, reason: 'no source reigns' })
  assert.equal(session.now.seen!.isEmpty, true)
})

test('the largest timestamp is kept, whatever became of its write', () => {
  const session = new ClientSession(false)
  session.wrote('STRONG', written(1, 9))
  session.wrote('STRONG', written(2, 4))
  const why = { code: 'nobody-reigns' } as const
  session.wrote('STRONG', { verdict: 'failed', why, reason: 'no source reigns', gtid: null, timestamp: null, at: null })
  assert.deepEqual(session.now.timestamp, { counter: 9, server: 1 })
})

test('a request under way keeps the set that it was sent with', () => {
  const session = new ClientSession(true)
  session.wrote('SESSION', written(1, 1))
  const sent = session.now
  session.wrote('SESSION', written(2, 2))
  assert.equal(String(sent.seen), `${U}:1`)
})

test('a workload without SESSION operations carries no sets', () => {
  const session = new ClientSession(false)
  session.wrote('STRONG', written(1, 1))
  session.read(shown(`${U}:1-9`))
  assert.equal(session.now.seen, null)
})
