import assert from 'node:assert/strict'
import { check } from '../../../scenarios/checks/timestamps-session-monotone.ts'
import { test } from '../../support/test.ts'
import { operation, record, scenario } from '../healthy-history.ts'

const stamped = (op: number, session: number, counter: number, server = 1) =>
  operation({ op, session, timestamp: { counter, server } })

function verdict(...operations: readonly ReturnType<typeof operation>[]) {
  return check(record({ operations }), scenario())
}

test('timestamps that ascend in each session pass, however sessions compare with one another', () => {
  const result = verdict(stamped(1, 1, 10), stamped(2, 2, 5), stamped(3, 1, 11), stamped(4, 2, 6), stamped(5, 2, 6, 2))
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 3)
})

test('a timestamp not above every earlier one of its session is convicted', () => {
  const result = verdict(stamped(1, 1, 10), stamped(2, 1, 4), stamped(3, 1, 7), stamped(4, 1, 12), stamped(5, 1, 12))
  assert.equal(result.verdict, 'fail')
  assert.match(result.detail, /^3 of 4 /)
  assert.match(result.evidence[1]!, /^session 1: write 1 .* timestamp 10@1; but later write 3 .* timestamp 7@1$/)
})

test('one timestamp in each session shows nothing', () => {
  assert.equal(verdict(stamped(1, 1, 10), stamped(2, 2, 5), operation({ op: 3, session: 1 })).verdict, 'unknown')
})
