import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../../algorithms/gtid-set.ts'
import { NEW_SESSION, sessionOf, tokenOf } from '../../../../real/services/coordinator/session-token.ts'
import { test } from '../../../support/test.ts'

test('a session comes back as it was given out, and nonsense is refused', () => {
  const seen = MutableGtidSet.parse('11111111-1111-1111-1111-111111111111:1-5:7')
  for (const session of [NEW_SESSION, { seen, timestamp: null }, { seen, timestamp: { counter: 42, server: 3 } }]) {
    const back = sessionOf(tokenOf(session))
    assert.equal(back.seen.toString(), session.seen.toString())
    assert.deepEqual(back.timestamp, session.timestamp)
  }
  const encoded = (text: string) => Buffer.from(text).toString('base64url')
  for (const token of ['', '!', encoded('..x'), encoded('1.2'), encoded(`${'9'.repeat(16)}.1.`), encoded('a.b.c')])
    assert.throws(() => sessionOf(token), /session_token/)
})
