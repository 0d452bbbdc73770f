import assert from 'node:assert/strict'
import { judgeRegisters } from '../../../scenarios/checks/linearizable.ts'
import type { Operation } from '../../../scenarios/record.ts'
import type { CheckResult } from '../../../scenarios/result.ts'
import { test } from '../../support/test.ts'
import { isLinearizable } from './linearizability/brute-force.ts'
import { largeHistory, read, sessionHistory, smallHistory, write } from './linearizability/histories.ts'

const BUDGET = 20_000_000

function judged(...operations: readonly Operation[]): CheckResult {
  return judgeRegisters(operations, BUDGET)
}

function witness(result: CheckResult): readonly number[] {
  assert.equal(result.verdict, 'fail')
  return result.witness!.operations.map(({ op }) => op)
}

test('reads that show the newest row, the empty key first, pass', () => {
  const result = judged(read(1, 0, 5, null), write(2, 10, 20), read(3, 15, 18, null), read(4, 21, 25, 2))
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 3)
})

test('while a write is under way reads may show it or not; once one has shown it, none may go back', () => {
  assert.equal(judged(write(1, 0, 100), read(2, 10, 20, null), read(3, 30, 40, 1)).verdict, 'pass')
  assert.deepEqual(witness(judged(write(1, 0, 100), read(2, 10, 20, 1), read(3, 30, 40, null))), [1, 2, 3])
})

test('a read that shows a row which had been replaced before it was sent is convicted by three operations', () => {
  const noise = Array.from({ length: 20 }, (_, i) => read(100 + i, 200 + i, 210 + i, 2))
  const result = judged(write(1, 0, 10), write(2, 20, 30), ...noise, read(3, 40, 50, 1), write(4, 60, 190))
  assert.deepEqual(witness(result), [1, 2, 3])
  assert.equal(
    result.witness!.reason,
    'write 1 had ended before write 2 was sent, so row 1 is older than row 2; but write 2 had ended before read 3 (of 1) was sent, so it is newer',
  )
  assert.match(result.evidence[0]!, /^key 3: .*: write 1 \(key 3, STRONG\), sent 0\.000000 s, ok 0\.000010 s/)
})

test('a read of nothing after a write was acknowledged is convicted', () => {
  const result = judged(write(1, 0, 10), read(2, 11, 20, null))
  assert.deepEqual(witness(result), [1, 2])
  assert.match(result.witness!.reason, /never goes back to none/)
})

test('two writes at once are seen in one order by everybody', () => {
  const writes = [write(1, 0, 100), write(2, 0, 100)]
  assert.equal(judged(...writes, read(3, 10, 20, 1), read(4, 30, 40, 2)).verdict, 'pass')
  const result = judged(...writes, read(3, 10, 20, 1), read(4, 30, 40, 2), read(5, 50, 60, 1))
  assert.deepEqual(witness(result), [1, 2, 3, 4, 5])
})

test('an unknown write may show late, or never, but not come and go', () => {
  const lost = write(2, 20, 30, { outcome: 'unknown', endUs: null })
  assert.equal(judged(write(1, 0, 10), lost, read(3, 40, 50, 1)).verdict, 'pass')
  assert.equal(judged(write(1, 0, 10), lost, read(3, 40, 50, 1), read(4, 60, 70, 2)).verdict, 'pass')
  const back = judged(write(1, 0, 10), lost, read(3, 40, 50, 2), read(4, 60, 70, 1))
  assert.deepEqual(witness(back), [1, 2, 3, 4])
})

test('a row that nobody can have written convicts at once', () => {
  const failed = write(1, 0, 10, { outcome: 'failed' })
  assert.deepEqual(witness(judged(failed, read(2, 11, 20, 1))), [1, 2])
  assert.match(judged(failed, read(2, 11, 20, 1)).detail, /certainly not done/)
  assert.deepEqual(witness(judged(read(2, 11, 20, 77))), [2])
  const other = write(1, 0, 10, { key: 4 })
  assert.match(judged(other, read(2, 11, 20, 1)).detail, /which is of key 4/)
  const early = judged(read(2, 0, 5, 3), write(3, 6, 10))
  assert.deepEqual(witness(early), [2, 3])
  assert.match(early.detail, /had ended before the write that it shows was sent/)
})

test('an EVENTUAL write may be lost after its answer, but what a STRONG read has shown stays', () => {
  const eventual = write(2, 20, 30, { consistency: 'EVENTUAL' })
  assert.equal(judged(write(1, 0, 10), eventual, read(3, 40, 50, 1)).verdict, 'pass')
  assert.deepEqual(witness(judged(write(1, 0, 10), eventual, read(3, 40, 50, 2), read(4, 60, 70, 1))), [1, 2, 3, 4])
  // It took effect before its answer, if at all: not as late as an unknown one may.
  assert.equal(judged(write(1, 0, 10), eventual, read(3, 40, 50, 1), read(4, 60, 70, 2)).verdict, 'fail')
})

test('without a STRONG read that was answered nothing was shown', () => {
  const weak = read(2, 11, 20, null, { consistency: 'EVENTUAL' })
  const failed = read(3, 11, 20, null, { outcome: 'failed' })
  const result = judged(write(1, 0, 10), weak, failed)
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
})

test('when the steps of the search are spent, the order that follows from the zones gives the verdict', () => {
  const history = largeHistory(1, { operations: 2_000, clients: 32, keys: 4, unknown: 0.1, stale: 0 })
  assert.equal(judgeRegisters(history, 0).verdict, 'pass')
  assert.equal(judgeRegisters(history, BUDGET).verdict, 'pass')
})

test('a thousand concurrent writes, read in the reverse order, are linearizable', () => {
  const writes = Array.from({ length: 1_000 }, (_, op) => write(op, 0, 100_000))
  const reads = writes.map(({ op }) => read(1_000 + op, 10 + 10 * op, 15 + 10 * op, 999 - op))
  const result = judgeRegisters([...writes, ...reads], 1_000_000)
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 1_000)
  // Once more at the end, the first that was shown: it had been replaced.
  const again = judgeRegisters([...writes, ...reads, read(3_000, 90_000, 90_005, 999)], 1_000_000)
  assert.equal(again.verdict, 'fail')
  assert.ok(again.witness!.operations.length <= 5)
})

test('what a session did comes before what it did next, also where times touch within a microsecond', () => {
  const own = { session: 1 }
  assert.equal(judged(write(1, 0, 10, own), read(2, 10, 20, null, { session: 2 })).verdict, 'pass')
  const stale = judged(write(1, 0, 10, own), read(2, 10, 20, null, own))
  assert.deepEqual(witness(stale), [1, 2])
  assert.match(stale.witness!.reason, /write 1 came before read 2 \(of no row\) in their session/)
  // Three sessions, each of which has seen one row replaced by the next: a circle, although no two rows conflict.
  const writes = [write(1, 0, 10), write(2, 0, 10), write(3, 0, 10)]
  const pair = (op: number, session: number, first: number, then: number) => [
    read(op, 0, 5, first, { session }),
    read(op + 1, 5, 10, then, { session }),
  ]
  const two = [...pair(10, 7, 1, 2), ...pair(20, 8, 2, 3)]
  assert.equal(judged(...writes, ...two).verdict, 'pass')
  const circle = judged(...writes, ...two, ...pair(30, 9, 3, 1))
  assert.deepEqual(
    witness(circle).toSorted((a, b) => a - b),
    [1, 2, 3, 10, 11, 20, 21, 30, 31],
  )
  assert.equal(judgeRegisters([...writes, ...two, ...pair(30, 9, 3, 1)], 0).verdict, 'fail')
})

test('law: on 10,000 small histories of sessions the verdict is the one of trying every order, with and without the search', () => {
  const counts = { pass: 0, fail: 0, unknown: 0 }
  for (let seed = 0; seed < 10_000; seed++) {
    const history = sessionHistory(seed, 7)
    const result = judgeRegisters(history, BUDGET)
    counts[result.verdict]++
    const expected = result.examined === 0 ? 'unknown' : isLinearizable(history) ? 'pass' : 'fail'
    assert.equal(result.verdict, expected, `seed ${seed}: ${JSON.stringify(history, null, 1)}`)
    assert.equal(judgeRegisters(history, 0).verdict, expected, `seed ${seed} without the search`)
    if (result.verdict === 'fail') assertMinimal(result, history, `seed ${seed}`)
  }
  assert.ok(counts.pass > 1_000 && counts.fail > 2_000, `too one-sided: ${JSON.stringify(counts)}`)
})

test('law: on 10,000 small random histories the verdict is the one of trying every order, and witnesses are minimal', () => {
  const counts = { pass: 0, fail: 0, unknown: 0 }
  for (let seed = 0; seed < 10_000; seed++) {
    const history = smallHistory(seed, 7)
    const result = judgeRegisters(history, BUDGET)
    counts[result.verdict]++
    const expected = result.examined === 0 ? 'unknown' : isLinearizable(history) ? 'pass' : 'fail'
    assert.equal(result.verdict, expected, `seed ${seed}: ${JSON.stringify(history, null, 1)}`)
    if (result.verdict === 'fail') assertMinimal(result, history, `seed ${seed}`)
  }
  assert.ok(counts.pass > 2_000 && counts.fail > 2_000, `too one-sided: ${JSON.stringify(counts)}`)
})

/** The witness alone has no order; without any one operation (a write: and what was read of it) it has. */
function assertMinimal(result: CheckResult, history: readonly Operation[], seed: string): void {
  const ops = new Set(witness(result))
  const involved = history.filter(({ op }) => ops.has(op))
  assert.equal(involved.length, ops.size, seed)
  assert.equal(isLinearizable(involved), false, seed)
  if (/certainly not done|no write of this run|never sent/.test(result.witness!.reason)) return
  for (const gone of involved) {
    const left = involved.filter((other) => other !== gone && other.value?.op !== gone.op)
    assert.equal(isLinearizable(left), true, `${seed}: the witness does not need ${gone.kind} ${gone.op}`)
  }
}

test('law: registers that work pass, whatever got no answer; one stale read is found', () => {
  for (let seed = 0; seed < 20; seed++) {
    const load = { operations: 1_000, clients: 16, keys: 1 + (seed % 8), unknown: 0.2, stale: 0 }
    assert.equal(judgeRegisters(largeHistory(seed, load), BUDGET).verdict, 'pass', `seed ${seed}`)
    const stale = judgeRegisters(largeHistory(seed, { ...load, keys: 1, unknown: 0, stale: 5 }), BUDGET)
    assert.equal(stale.verdict, 'fail', `seed ${seed}`)
    assert.ok(stale.witness!.operations.length <= 6)
  }
})

test('10,000 operations of 32 clients on 100 keys, half of the writes unknown, are decided', () => {
  const load = { operations: 10_000, clients: 32, keys: 100, unknown: 0.5, stale: 0 }
  assert.equal(judgeRegisters(largeHistory(7, load), BUDGET).verdict, 'pass')
})
