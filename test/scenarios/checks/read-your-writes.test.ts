import assert from 'node:assert/strict'
import { check } from '../../../scenarios/checks/read-your-writes.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { record, scenario } from '../healthy-history.ts'
import { read, write } from './linearizability/histories.ts'

const A = { session: 1, consistency: 'SESSION' } as const
const B = { session: 2, consistency: 'SESSION' } as const

function verdict(...operations: readonly Operation[]) {
  return check(record({ operations }), scenario())
}

test('a session that reads its own row, or one that may be newer, passes', () => {
  assert.equal(verdict(write(1, 0, 10, A), read(2, 20, 30, 1, A)).verdict, 'pass')
  assert.equal(verdict(write(1, 0, 10, A), write(5, 5, 40, B), read(6, 20, 30, 5, A)).verdict, 'pass')
})

test('a session that reads nothing after its own write is convicted', () => {
  const result = verdict(write(1, 0, 10, A), read(2, 20, 30, null, A))
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /^session 1 wrote write 1 .*; then read 2 .*, shows no row, which is none$/)
})

test('a session that reads a row from before its own write is convicted', () => {
  const result = verdict(write(1, 0, 10, B), write(2, 11, 20, A), read(3, 30, 40, 1, A))
  assert.equal(result.verdict, 'fail')
  // Its own earlier write too, although they touch in one microsecond.
  assert.equal(verdict(write(1, 0, 10, A), write(2, 10, 20, A), read(3, 30, 40, 1, A)).verdict, 'fail')
})

test('an unknown write that somebody was shown in time is known to be older', () => {
  const unknown = write(1, 0, 10, { ...B, outcome: 'unknown', endUs: null })
  const own = write(3, 20, 30, A)
  const stale = read(4, 40, 50, 1, A)
  assert.equal(verdict(unknown, own, stale).verdict, 'pass', 'it may have been committed after the own one')
  assert.equal(verdict(unknown, read(2, 12, 15, 1, B), own, stale).verdict, 'fail')
})

test('another session, an EVENTUAL operation and a write without an ok oblige to nothing', () => {
  const result = verdict(
    write(1, 0, 10, A),
    read(2, 20, 30, null, B),
    write(3, 40, 50, { ...B, consistency: 'EVENTUAL' }),
    read(4, 60, 70, null, B),
    write(5, 80, 90, { ...B, outcome: 'unknown' }),
    read(6, 100, 110, null, B),
    read(7, 100, 110, null, { ...A, consistency: 'EVENTUAL' }),
  )
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
})

test('what a session had read when it wrote, in the very microsecond, is older than what it wrote', () => {
  const judged = (reader: number) => {
    const operations = [
      write(1, 0, 100, { session: 9 }),
      read(2, 5, 10, 1, { session: reader }),
      write(3, 10, 20, { session: 1 }),
      read(4, 30, 40, 1, { session: 1 }),
    ]
    return check(record({ operations }), scenario()).verdict
  }
  assert.equal(judged(1), 'fail')
  // Read by somebody else, row 1 may be the newer one.
  assert.equal(judged(7), 'pass')
})
