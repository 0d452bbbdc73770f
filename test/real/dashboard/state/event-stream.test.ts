import assert from 'node:assert/strict'
import { EventStreamParser } from '../../../../real/dashboard/state/event-stream.ts'
import { test } from '../../../support/test.ts'

const STREAM =
  ': a comment\n\nid: 7\nevent: fault\ndata: {"a":\ndata: 1}\n\nevent: sample\ndata: {}\n\ndata:no space\r\n\r\nid: 8\n\n'
const EVENTS = [
  { id: '7', name: 'fault', data: '{"a":\n1}' },
  { id: null, name: 'sample', data: '{}' },
  { id: null, name: 'message', data: 'no space' },
]

test('events are the same wherever their bytes are cut', () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const found: unknown[] = []
    const parser = new EventStreamParser((event) => found.push(event))
    for (let at = 0; at < STREAM.length; at += size) parser.push(STREAM.slice(at, at + size))
    assert.deepEqual(found, EVENTS, `pieces of ${size}`)
  }
})

test('an event whose blank line has not come is not told', () => {
  const found: unknown[] = []
  new EventStreamParser((event) => found.push(event)).push('event: fault\ndata: {}\n')
  assert.deepEqual(found, [])
})
