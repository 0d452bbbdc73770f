import assert from 'node:assert/strict'
import { check } from '../../../scenarios/checks/monotonic-sessions.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { record, scenario } from '../healthy-history.ts'
import { read, write } from './linearizability/histories.ts'

const A = { session: 1, consistency: 'SESSION' } as const
const B = { session: 2, consistency: 'STRONG' } as const

function verdict(...operations: readonly Operation[]) {
  return check(record({ operations }), scenario())
}

test('reads of a session that go forward pass', () => {
  const result = verdict(
    read(1, 0, 5, null, A),
    write(2, 6, 10, B),
    read(3, 11, 15, 2, A),
    write(4, 16, 20, B),
    read(5, 21, 25, 4, A),
    read(6, 26, 30, 4, A),
  )
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 3)
})

test('a read behind an earlier one of its session is convicted, with both reads', () => {
  const writes = [write(1, 0, 10, B), write(2, 20, 30, B)]
  const result = verdict(...writes, read(3, 40, 50, 2, A), read(4, 60, 70, 1, A))
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /^session 1: read 3 .* shows row 2; but later read 4 .* shows row 1$/)
  assert.equal(verdict(...writes, read(3, 40, 50, 2, A), read(4, 60, 70, null, A)).verdict, 'fail')
})

test('of two sessions each may be at its own point', () => {
  const writes = [write(1, 0, 10, B), write(2, 20, 30, B)]
  assert.equal(verdict(...writes, read(3, 40, 50, 2, A), read(4, 60, 70, 1, B)).verdict, 'unknown')
})

test('concurrent writes may be read in either order, but not back and forth', () => {
  const writes = [write(1, 0, 100, B), write(2, 0, 100, B)]
  const there = [read(3, 10, 20, 1, A), read(4, 30, 40, 2, A)]
  assert.equal(verdict(...writes, ...there).verdict, 'pass')
  const result = verdict(...writes, ...there, read(5, 50, 60, 1, A))
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /read 4 .* shows row 2; but later read 5 .* shows row 1/)
})

test('rows sent in one microsecond are both remembered, whichever was shown first', () => {
  const C = { session: 3 }
  // Row 1 is certainly older than row 2, by their session, and not than row 3, of which nothing is known but times.
  const writes = [write(1, 0, 20, C), write(2, 20, 30, C), write(3, 20, 30, B)]
  for (const [first, then] of [
    [2, 3],
    [3, 2],
  ] as const) {
    const reads = [read(4, 40, 50, first, A), read(5, 60, 70, then, A)]
    assert.equal(verdict(...writes, ...reads).verdict, 'pass')
    const back = verdict(...writes, ...reads, read(6, 80, 90, 1, A))
    assert.equal(back.verdict, 'fail', `${first} before ${then}`)
    assert.match(back.evidence[0]!, /shows row 2; but later read 6 .* shows row 1/)
  }
})

test('EVENTUAL reads may go back', () => {
  const eventual = { ...A, consistency: 'EVENTUAL' } as const
  const result = verdict(write(1, 0, 10, B), read(2, 20, 30, 1, eventual), read(3, 40, 50, null, eventual))
  assert.equal(result.verdict, 'unknown')
})
