import assert from 'node:assert/strict'
import { phaseDurations, type RefusedEvent } from '../../../scenarios/measures/failover-phases.ts'
import { test } from '../../support/test.ts'
import { phase, refusal } from '../healthy-history.ts'

const NONE = { detect: null, refused: null, decide: null, catchUp: null, promote: null, reroute: null, firstAck: null }

test('what is entered only after the acknowledgement is no part of the failover', () => {
  const events = [phase(20_000, 2, 'decide'), phase(50_000, 2, 'reroute'), phase(90_000, 2, 'serving')]
  assert.deepEqual(phaseDurations(events, 10_000, 80_000), { ...NONE, detect: 10, decide: 30, reroute: 30 })
})

test('a step that is tried again adds up, over all epochs that the failover needed', () => {
  const events = [
    phase(20_000, 2, 'decide'),
    phase(30_000, 3, 'decide'),
    phase(40_000, 3, 'catchUp'),
    phase(45_000, 3, 'promote'),
    phase(50_000, 3, 'catchUp'),
    phase(60_000, 3, 'promote'),
  ]
  assert.deepEqual(phaseDurations(events, 10_000, 61_000), { ...NONE, detect: 10, decide: 20, catchUp: 15, promote: 6 })
})

test('the last phase of a failover that never ended has no length', () => {
  assert.deepEqual(phaseDurations([], 0, null), NONE)
  const events = [phase(20_000, 2, 'decide'), phase(30_000, 2, 'catchUp')]
  assert.deepEqual(phaseDurations(events, 0, null), { ...NONE, detect: 20, decide: 10 })
})

test('a failover without reported phases is all detection', () => {
  assert.deepEqual(phaseDurations([], 10_000, 80_000), { ...NONE, detect: 70 })
})

test('time in which a take-over is refused is no detection, and attempts that are refused again belong to it', () => {
  const refused = (atUs: number) => refusal(atUs, { code: 'no-candidate' }) as RefusedEvent
  const events = [
    phase(20_000, 2, 'detect'),
    phase(21_000, 2, 'decide'),
    refused(30_000),
    phase(40_000, 2, 'detect'),
    phase(41_000, 2, 'decide'),
    refused(50_000),
    phase(70_000, 3, 'detect'),
    phase(70_000, 3, 'decide'),
    phase(75_000, 3, 'promote'),
  ]
  assert.deepEqual(phaseDurations(events, 10_000, 80_000), {
    ...NONE,
    detect: 11,
    decide: 9 + 5,
    refused: 40,
    promote: 5,
  })
  assert.deepEqual(phaseDurations(events, 10_000, 45_000), { ...NONE, detect: 11 + 1, decide: 9 + 4, refused: 10 })
})
