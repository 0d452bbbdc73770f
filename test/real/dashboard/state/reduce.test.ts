import assert from 'node:assert/strict'
import { recordedRun } from '../../../../real/dashboard/recorded/recorded-run.ts'
import { snapshotAt } from '../../../../real/dashboard/recorded/snapshot-at.ts'
import { reduce, type SystemEvent } from '../../../../real/dashboard/state/reduce.ts'
import type { Sample, SystemSnapshot } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { crashResult } from '../recorded-crash.ts'

const known = () => snapshotAt(recordedRun(crashResult()), 3500)

function after(events: readonly SystemEvent[], from: SystemSnapshot | null = known()): SystemSnapshot | null {
  return events.reduce<SystemSnapshot | null>(reduce, from)
}

const sample = (atMs: number): Sample => ({
  atMs,
  writesPerSec: 10,
  readsPerSec: 5,
  failedPerSec: 0,
  latencyP50Ms: 1,
  latencyP95Ms: 2,
  latencyP99Ms: 3,
  lagMs: {},
})

test('nothing is known before the first snapshot, and a snapshot replaces all that was', () => {
  assert.equal(after([{ name: 'sample', data: sample(1) }], null), null)
  const other = { ...known(), lastEventId: 7 }
  assert.equal(after([{ name: 'snapshot', data: other }]), other)
})

test('a record with a known id takes the place of its older version, another one is the newest', () => {
  const [first, ...rest] = known().failovers
  const newer = { ...first!, oldSource: 'follows again' }
  const found = after([{ name: 'failover', data: newer }])!
  assert.deepEqual(found.failovers, [newer, ...rest])
  const another = { ...first!, id: 'another' }
  assert.equal(after([{ name: 'failover', data: another }])!.failovers.at(-1), another)
})

test('an event that comes twice changes nothing', () => {
  const [fault] = known().faults
  const refused: SystemEvent = {
    name: 'decision',
    data: {
      kind: 'refused',
      epoch: 3,
      alarm: 'gone',
      why: { code: 'nobody-reigns' },
      reason: 'no source reigns',
      atUs: 0,
      process: 'coordinator',
      wallMs: 12,
    },
  }
  const events: SystemEvent[] = [{ name: 'fault', data: fault! }, refused, { name: 'sample', data: sample(4000) }]
  assert.deepEqual(after([...events, ...events]), after(events))
  assert.equal(after(events)!.refusals.at(-1)?.reason, 'no source reigns')
})

test('samples of the last five minutes are kept, so a page that stays open stays small', () => {
  const many = Array.from(
    { length: 1000 },
    (_, index): SystemEvent => ({ name: 'sample', data: sample(10_000 + index * 1000) }),
  )
  const { samples } = after(many)!
  assert.equal(samples.length, 301)
  assert.equal(samples.at(-1)?.atMs, 10_000 + 999 * 1000)
})
