import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { decodeReply, decodeRequest } from '../../../real/transport/codecs.ts'
import { test } from '../../support/test.ts'

const SEEN = MutableGtidSet.parse('11111111-1111-1111-1111-111111111111:1-5')
const sent = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T

test('what a session has seen arrives as a set, and an absent one as none', () => {
  const read = { kind: 'read', op: 1, key: 2, consistency: 'SESSION', session: { seen: SEEN, timestamp: null } }
  const arrived = decodeRequest(sent(read))
  assert.ok(arrived.session.seen instanceof MutableGtidSet)
  assert.equal(arrived.session.seen.equals(SEEN), true)
  for (const session of [null, { seen: null, timestamp: { counter: 1, server: 2 } }]) {
    const write = { kind: 'write', op: 1, key: 2, consistency: 'STRONG', session }
    assert.deepEqual(decodeRequest(sent(write)), write)
  }
})

test('what a read has shown arrives as a set', () => {
  const reply = { verdict: 'ok', value: null, epoch: 1, node: 'node1', seen: SEEN }
  const arrived = decodeReply('read', sent(reply)) as { readonly seen: unknown }
  assert.ok(arrived.seen instanceof MutableGtidSet)
  const failed = { verdict: 'failed', why: { code: 'nobody-reigns' }, reason: 'no source reigns' }
  assert.deepEqual(decodeReply('read', sent(failed)), failed)
})

test('what a coordinator tells its peers of the servers arrives as sets, and a server that it never saw as none', () => {
  const look = { uuid: '1', promised: 3, executed: SEEN, held: SEEN, askedAgeUs: 5, answeredAgeUs: 4 }
  const told = { node: 'node1', look, loss: null, doubted: false, provedAgeUs: null }
  const arrived = decodeReply('status', sent({ state: 'stands by', looks: [told, { ...told, look: null }] })) as {
    readonly looks: readonly { readonly look: typeof look | null }[]
  }
  assert.ok(arrived.looks[0]!.look!.held instanceof MutableGtidSet)
  assert.ok(arrived.looks[0]!.look!.executed.equals(SEEN))
  assert.equal(arrived.looks[1]!.look, null)
})
