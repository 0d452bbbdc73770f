import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventLog } from '../../../../real/services/coordinator/event-log.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from '../../drivers/local/scratch.ts'

function note(text: string) {
  return { kind: 'note', text, atUs: 0, process: 'coordinator', wallMs: 0 } as const
}

test('numbers go on after a restart, and what was half written when the process died was told to nobody', () =>
  withDirectory(async (directory) => {
    const first = new EventLog(directory)
    for (let n = 1; n <= 5; n++) first.append('decision', note(`${n}`))
    appendFileSync(join(directory, 'events.jsonl'), '{"id":6,"name":"decis')
    const second = new EventLog(directory)
    assert.equal(second.lastId, 5)
    const told: number[] = []
    second.onEvent(({ id }) => told.push(id))
    second.append('decision', note('6'))
    assert.deepEqual(told, [6])
    assert.deepEqual(
      second.after(3)!.map(({ id }) => id),
      [4, 5, 6],
    )
    const third = new EventLog(directory)
    assert.deepEqual(
      third.kept.map(({ data }) => (data as { readonly text: string }).text),
      ['1', '2', '3', '4', '5', '6'],
    )
  }))

test('whoever asks for more than is kept, or for numbers of another log, has to begin anew', () =>
  withDirectory(async (directory) => {
    const log = new EventLog(directory)
    for (let n = 1; n <= 9_000; n++) log.append('decision', note(`${n}`))
    assert.equal(log.after(1), null)
    assert.equal(log.after(9_001), null)
    assert.deepEqual(log.after(9_000), [])
    assert.equal(log.after(8_999)?.length, 1)
    // No more than these are in memory, however many there were.
    assert.equal(log.kept.length, 2_000)
    assert.equal(log.after(7_000)?.length, 2_000)
    assert.equal(log.after(6_999), null)
  }))

test('a full file is put aside, and read with the next one', () =>
  withDirectory(async (directory) => {
    const log = new EventLog(directory)
    const long = 'x'.repeat(100_000)
    for (let n = 1; n <= 60; n++) log.append('decision', note(long))
    assert.ok(readFileSync(join(directory, 'events.jsonl')).length < 5_000_000)
    const next = new EventLog(directory)
    assert.equal(next.lastId, 60)
    assert.equal(next.kept.length, 60)
  }))
