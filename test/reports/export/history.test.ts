import assert from 'node:assert/strict'
import { historyLines } from '../../../reports/export/history.ts'
import type { Operation, RunRecord } from '../../../scenarios/record.ts'
import { read, write } from '../../scenarios/checks/linearizability/histories.ts'
import { test } from '../../support/test.ts'

function edn(...operations: Operation[]): string[] {
  return [...historyLines({ seed: 1, operations } as unknown as RunRecord, 'edn')].map(
    (line) => /:type (.*), :time/.exec(line)![1]!,
  )
}

test('an operation is two events, in the order of time, and a client is a process', () => {
  assert.deepEqual(
    edn(write(5, 10, 30, { session: 1 }), read(6, 20, 25, null, { session: 2 }), read(7, 31, 40, 5, { session: 2 })),
    [
      ':invoke, :process 0, :f :write, :value [3 5]',
      ':invoke, :process 1, :f :read, :value [3 nil]',
      ':ok, :process 1, :f :read, :value [3 nil]',
      ':ok, :process 0, :f :write, :value [3 5]',
      ':invoke, :process 1, :f :read, :value [3 nil]',
      ':ok, :process 1, :f :read, :value [3 5]',
    ],
  )
})

test('an unknown outcome ends its process, and the client goes on under another number', () => {
  const lost = write(5, 10, 30, { session: 1, outcome: 'unknown' })
  assert.deepEqual(edn(lost, write(6, 30, 40, { session: 1, outcome: 'failed' }), write(7, 40, 50, { session: 2 })), [
    ':invoke, :process 0, :f :write, :value [3 5]',
    ':info, :process 0, :f :write, :value [3 5]',
    ':invoke, :process 2, :f :write, :value [3 6]',
    ':invoke, :process 1, :f :write, :value [3 7]',
    ':fail, :process 2, :f :write, :value [3 6]',
    ':ok, :process 1, :f :write, :value [3 7]',
  ])
})

test('what touches in one microsecond was under way at once, but a client does one thing after the other', () => {
  const events = edn(
    write(5, 10, 20, { session: 1 }),
    write(6, 20, 20, { session: 1 }),
    read(7, 20, 30, 5, { session: 2 }),
  )
  assert.deepEqual(
    events.map((event) => event.replace(/, :f.*\[3 /, ' ').replace(']', '')),
    [
      ':invoke, :process 0 5',
      ':invoke, :process 1 nil',
      ':ok, :process 0 5',
      ':invoke, :process 0 6',
      ':ok, :process 0 6',
      ':ok, :process 1 5',
    ],
  )
})

test('what was never sent is no event, and what was never answered ends with the history', () => {
  const unsent = write(5, 10, 20, { session: null, sentUs: null, endUs: null, outcome: 'unsent' })
  const open = write(6, 10, 20, { session: 1, endUs: null, outcome: 'unknown' })
  const lines = [
    ...historyLines({ seed: 1, operations: [unsent, open, read(7, 15, 40, null, { session: 2 })] } as never, 'edn'),
  ]
  assert.equal(lines.length, 4)
  assert.match(lines.at(-2)! + lines.at(-1)!, /:info.*:time 40000/)
})

test('a transaction is a write for each of its rows, each by a process of its own', () => {
  const transaction = { ...write(5, 10, 30, { session: 1 }), moreKeys: [9] }
  assert.deepEqual(edn(transaction, read(7, 40, 50, 5, { session: 1 })), [
    ':invoke, :process 0, :f :write, :value [3 5]',
    ':invoke, :process 1, :f :write, :value [9 6]',
    ':ok, :process 0, :f :write, :value [3 5]',
    ':ok, :process 1, :f :write, :value [9 6]',
    ':invoke, :process 0, :f :read, :value [3 nil]',
    ':ok, :process 0, :f :read, :value [3 5]',
  ])
})
