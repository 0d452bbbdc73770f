import assert from 'node:assert/strict'
import { EventLines, eventLine } from '../../reports/terminal-events.ts'
import type { Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'

type Event = Result['events'][number]

const PLAIN = { colour: false, width: Number.POSITIVE_INFINITY }
const REASON =
  'node2 and node3 hold what was acknowledged and do not count: node2 lost its relay log, node3 is unreachable'

function refused(atS: number, reason = REASON, process = 'coordinator'): Event {
  const why = { code: 'nobody-reigns' } as const
  return { kind: 'refused', epoch: 3, alarm: 'gone', why, reason, atUs: atS * 1e6, process }
}

const note = (atS: number, text: string): Event => ({ kind: 'note', text, atUs: atS * 1e6, process: 'coordinator' })

function lines(events: readonly Event[], style = PLAIN, verbose = false): string[] {
  const told = new EventLines(style, verbose)
  return [...events.flatMap((event) => told.add(event)), ...told.end()].map((line) => line.replaceAll('\u00a0', ' '))
}

test('forty refusals for one reason are one line with their number and their span', () => {
  const events = Array.from({ length: 40 }, (_, i) => refused(5 + i * (39.1 / 39)))
  assert.deepEqual(lines([...events, note(50, 'restart node2')]), [
    `   5.000 s  refused 40 times, 5.0 s to 44.1 s: ${REASON}`,
    '  50.000 s  restart node2',
  ])
})

test('a single refusal is told as one, and each reason and each coordinator for itself', () => {
  assert.deepEqual(lines([refused(5)]), [`   5.000 s  no failover: ${REASON}`])
  const two = [refused(5), refused(5.5, REASON, 'coordinator-2'), refused(6), refused(6.5, REASON, 'coordinator-2')]
  assert.equal(lines(two).filter((line) => line.includes('refused 2 times')).length, 2)
})

test('numbers that change within a reason are those of the last refusal', () => {
  assert.match(
    lines([refused(5, '1 of 3 counts'), refused(6, '2 of 3 count')])[0]!,
    /refused 2 times, .*: 2 of 3 count$/,
  )
})

test('what is not shown does not part refusals, and while they last the live line says how many', () => {
  const phase: Event = { kind: 'phase', epoch: 3, phase: 'detect', detail: '', atUs: 5.5e6, process: 'coordinator' }
  assert.equal(lines([refused(5), phase, refused(6)]).length, 1)
  assert.equal(lines([refused(5), phase, refused(6)], PLAIN, true).length, 3)
  const told = new EventLines(PLAIN, false)
  told.add(refused(5))
  told.add(refused(6))
  assert.deepEqual(told.standing, ['refused 2 times'])
})

test('a refusal is not cut where it begins to explain: 80 and 40 columns show all of it', () => {
  for (const width of [80, 40]) {
    const text = eventLine(refused(5), { colour: false, width })!
    for (const line of text.split('\n')) assert.ok(line.length <= width)
    assert.equal(text.replace(/\n */g, ' '), `   5.000 s  no failover: ${REASON}`)
  }
})

test('a moment just before the start is not minus zero', () => {
  assert.match(eventLine(note(-0.0001, 'x'), PLAIN)!, /^ {3}0\.000 s/)
})
