import assert from 'node:assert/strict'
import { check } from '../../../scenarios/checks/elections-safe.ts'
import { test } from '../../support/test.ts'
import { crashRecord, operation, record, reign, scenario } from '../healthy-history.ts'

test('one leader in each epoch passes, also where its reign has several rows', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.equal(result.detail, '2 epochs, one leader in each')
  const lowered = record({ events: [reign(0, 1, 1, '', 3), reign(10, 1, 1, '', 2)] })
  assert.equal(check(lowered, scenario()).verdict, 'pass')
})

test('two leaders of one epoch are convicted, by member or by uuid', () => {
  const result = check(record({ events: [reign(0, 4, 1, ''), reign(10, 4, 2, '')] }), scenario())
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /^epoch 4 has two leaders: node1 .* and node2 /)
  const rebuilt = { ...reign(10, 4, 1, ''), sourceUuid: 'f'.repeat(36) }
  assert.equal(check(record({ events: [reign(0, 4, 1, ''), rebuilt] }), scenario()).verdict, 'fail')
})

test('who answers in an epoch of another leader is convicted without any second record of a reign', () => {
  const events = [reign(0, 1, 1, '')]
  const write = operation({ op: 1, epoch: 1, node: 'node2' })
  const result = check(record({ events, operations: [write] }), scenario())
  assert.equal(result.verdict, 'fail')
  assert.match(result.evidence[0]!, /^epoch 1 is led by node1 .*, but write 1 .* was answered in it$/)
  const read = operation({ op: 1, kind: 'read', consistency: 'EVENTUAL', epoch: 1, node: 'node2' })
  assert.equal(check(record({ events, operations: [read] }), scenario()).verdict, 'pass', 'replicas answer reads')
})

test('answers in an epoch of which no leader was recorded leave it open, as does a run without elections', () => {
  const answered = record({ events: [reign(0, 1, 1, '')], operations: [operation({ op: 1, epoch: 2 })] })
  assert.equal(check(answered, scenario()).verdict, 'unknown')
  assert.equal(check(record(), scenario()).verdict, 'unknown')
})
