import assert from 'node:assert/strict'
import fc from 'fast-check'
import { check } from '../../../scenarios/checks/timestamps-unique.ts'
import { test } from '../../support/test.ts'
import { crashOperations, crashRecord, operation, record, replacing, scenario } from '../healthy-history.ts'
import { anyItem, historyOf } from './stamped-history.ts'

const operations = crashOperations()

test('different timestamps pass: equal counters of different servers are different', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.examined, 300)
  const pair = [0, 1].map((server) => operation({ op: server, timestamp: { counter: 5, server } }))
  assert.equal(check(record({ operations: pair }), scenario()).verdict, 'pass')
})

test('a timestamp given out twice is found whatever became of its operations, and both are named', () => {
  for (const outcome of ['ok', 'failed', 'unknown'] as const) {
    const changed = replacing(operations, 200, () => ({ timestamp: operations[8]!.timestamp, outcome }))
    const result = check(crashRecord({ operations: changed }), scenario())
    assert.equal(result.verdict, 'fail')
    assert.match(result.detail, /^1 of 300 timestamps/)
    assert.match(result.evidence[0]!, /^9@0 was given to write 8 \(.* and to write 200 \(/)
  }
})

test('a history without timestamps shows nothing about them', () => {
  const result = check(record({ operations: [operation({ op: 1 })] }), scenario())
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.examined, 0)
})

test('law: uniqueness agrees with counting pairs', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 30 }), (items) => {
      const history = historyOf(items)
      const names = history.flatMap(({ timestamp }) =>
        timestamp === null ? [] : [`${timestamp.counter}@${timestamp.server}`],
      )
      const result = check(record({ operations: history }), scenario())
      assert.equal(result.examined, names.length)
      const repeated = names.length - new Set(names).size
      assert.equal(result.verdict, repeated > 0 ? 'fail' : names.length > 0 ? 'pass' : 'unknown')
      assert.equal(result.evidence.length, Math.min(20, repeated))
    }),
  )
})
