import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Why } from '../../../algorithms/reasons/why.ts'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { failoversOf } from '../../../scenarios/measures/failovers.ts'
import type { Operation } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import {
  CRASH_US,
  crashEvents,
  crashOperations,
  crashRecord,
  endOf,
  FIRST_ACK_US,
  fault,
  operation,
  phase,
  REIGN_US,
  record,
  refusal,
  reign,
  scenario,
} from '../healthy-history.ts'

const WITNESS_US = CRASH_US + 1_000

function sumOfPhases(phases: object): number {
  return Object.values(phases).reduce((sum: number, ms: number | null) => sum + (ms ?? 0), 0)
}

test('a failover runs from the witness of the fault to the first acknowledged write intended after it', () => {
  const { failovers, failoverMs, notes } = failoversOf(crashRecord(), scenario(), [])
  assert.equal(failovers.length, 1)
  const [only] = failovers
  assert.equal(only!.startMs, WITNESS_US / 1000)
  assert.equal(only!.durationMs, (FIRST_ACK_US - WITNESS_US) / 1000)
  assert.deepEqual([only!.oldSource, only!.newSource, only!.epoch], ['node1', 'node3', 2])
  assert.equal(only!.policy, 'seer-score')
  assert.equal(only!.reason, 'crash node1 (source); node3 answers fastest')
  assert.deepEqual(Object.keys(only!.rankings), ['seer-score'])
  assert.deepEqual(failoverMs, [299])
  assert.deepEqual([only!.clientOutageStartMs, only!.clientOutageMs], [1000, 300])
  assert.deepEqual(notes, [])
})

test('each phase lasts until the next is entered, and together they are the failover', () => {
  const [only] = failoversOf(crashRecord(), scenario(), []).failovers
  assert.deepEqual(only!.phases, {
    detect: 99,
    refused: null,
    decide: 50,
    catchUp: 50,
    promote: 60,
    reroute: 30,
    firstAck: 10,
  })
  assert.equal(sumOfPhases(only!.phases), only!.durationMs)
})

test('where every operation succeeded, if late, no client outage began', () => {
  const operations = crashOperations().map(
    (item): Operation =>
      item.outcome === 'failed' ? { ...item, outcome: 'ok', epoch: 2, node: 'node3', endUs: FIRST_ACK_US } : item,
  )
  const { failovers } = failoversOf(crashRecord({ operations }), scenario(), [])
  assert.deepEqual([failovers[0]!.clientOutageStartMs, failovers[0]!.clientOutageMs], [null, 0])
})

test('a write that was intended before the fault does not end the failover, nor does one of EVENTUAL consistency', () => {
  const operations = crashOperations()
  const early = operation({
    op: 1000,
    intendedUs: CRASH_US - 5_000,
    endUs: REIGN_US + 15_000,
    epoch: 2,
    node: 'node3',
  })
  const eventual = operation({
    op: 1001,
    intendedUs: CRASH_US + 300_000,
    endUs: REIGN_US + 15_000,
    epoch: 2,
    node: 'node3',
    consistency: 'EVENTUAL',
  })
  const changed = [...operations, early, eventual]
  assert.deepEqual(failoversOf(crashRecord({ operations: changed }), scenario(), []).failoverMs, [299])
})

test('where the workload asks for EVENTUAL writes only, its first answered write ends the failover', () => {
  const operations = crashOperations().map((item): Operation => ({ ...item, consistency: 'EVENTUAL' }))
  const eventual = scenario({ workload: { ...scenario().workload, consistency: 'EVENTUAL' } })
  assert.deepEqual(failoversOf(crashRecord({ operations }), eventual, []).failoverMs, [299])
})

test('what was set up before the workload began is no failover', () => {
  const { failovers, failoverMs } = failoversOf(
    record({ operations: crashOperations(), events: [reign(-900_000, 1, 1, ''), reign(-500_000, 2, 1, '')] }),
    scenario(),
    [],
  )
  assert.deepEqual([failovers, failoverMs], [[], []])
})

test('a planned switch starts with its first phase', () => {
  const { failovers } = failoversOf(crashRecord({ faults: [] }), scenario(), [])
  assert.equal(failovers[0]!.startMs, 1050)
  assert.equal(failovers[0]!.durationMs, 250)
  assert.match(failovers[0]!.reason, /^planned switch: detect of epoch 2; /)
  assert.equal(failovers[0]!.phases.detect, 50)
})

test('a planned move is no failover and has a duration of its own, from its request; one after the last operation has none', () => {
  const planned = (atUs: number, epoch: number): TraceEvent => ({
    atUs,
    process: 'coordinator',
    kind: 'planned',
    epoch,
    from: 'node1',
    to: 'node3',
    by: 'adviser',
    reason: '',
  })
  const began = CRASH_US + 20_000
  const late = [planned(60_000_000, 3), reign(60_010_000, 3, 1, 'node3 made way')]
  const events = [planned(began, 2), ...crashEvents(crashOperations()), ...late].toSorted((a, b) => a.atUs - b.atUs)
  const move = failoversOf(crashRecord({ faults: [], events }), scenario(), [])
  assert.deepEqual([move.failoverMs, move.plannedMoveMs], [[], [(FIRST_ACK_US - began) / 1000]])
  assert.deepEqual(
    move.failovers.map(({ kind, durationMs }) => [kind, durationMs]),
    [
      ['planned move', (FIRST_ACK_US - began) / 1000],
      ['planned move', null],
    ],
  )
  assert.deepEqual(move.notes, [])
  const crash = failoversOf(crashRecord(), scenario(), [])
  assert.deepEqual([crash.failoverMs, crash.plannedMoveMs, crash.failovers[0]!.kind], [[299], [], 'failover'])
})

test('a fault of another server, or one undone long before, does not start the failover; the newest fitting one does', () => {
  const replica = fault({ atUs: 900_000, target: ['node2'], label: 'crash node2' })
  const old = fault({ atUs: 100_000, kind: 'pause', label: 'pause node1', healedUs: 200_000 })
  const early = fault({ atUs: 700_000, kind: 'slow', label: 'slow node1' })
  const late = fault({ atUs: 1_080_000, kind: 'pause', label: 'pause node1', healedUs: 3_000_000 })
  const quick = { ...scenario().tuning, stalledUs: 500_000 }
  const start = (faults: readonly ReturnType<typeof fault>[]) =>
    failoversOf(crashRecord({ faults }), scenario({ tuning: quick }), []).failovers[0]!.startMs
  assert.equal(start([replica]), 1050)
  assert.equal(start([old]), 1050)
  assert.equal(start([early, fault({ atUs: CRASH_US }), replica]), 1001)
  assert.equal(start([fault({ atUs: CRASH_US }), late]), 1001, 'a fault after the suspicion did not cause it')
  assert.equal(start([fault({ atUs: CRASH_US, target: ['coordinator'] })]), 1001)
})

test('a witness slower than the detector does not shorten the failover', () => {
  const slow = fault({ atUs: CRASH_US })
  const faults = [{ ...slow, witness: { ...slow.witness, seenUs: 1_200_000 } }]
  assert.equal(failoversOf(crashRecord({ faults }), scenario(), []).failovers[0]!.startMs, 1050)
  const unseen = [{ ...slow, witness: { ...slow.witness, seenUs: null } }]
  assert.equal(failoversOf(crashRecord({ faults: unseen }), scenario(), []).failovers[0]!.startMs, 1000)
})

test('an epoch that acknowledged nothing is continued by the next: one failover, from the first fault', () => {
  const operations = crashOperations().map((item) => (item.epoch === 2 ? { ...item, epoch: 3, node: 'node2' } : item))
  const events = [
    ...crashEvents(operations),
    phase(1_292_000, 3, 'detect'),
    phase(1_293_000, 3, 'decide'),
    reign(1_297_000, 3, 2, ''),
    phase(1_298_000, 3, 'serving'),
  ]
  const { failovers, failoverMs } = failoversOf(crashRecord({ operations, events }), scenario(), [])
  assert.deepEqual(failoverMs, [299])
  const [only] = failovers
  assert.deepEqual([only!.oldSource, only!.newSource, only!.epoch], ['node1', 'node2', 3])
  assert.match(only!.reason, /^crash node1 \(source\); epoch 2 \(node3\) acknowledged nothing/)
  assert.equal(sumOfPhases(only!.phases), only!.durationMs)
})

test('two failovers are two, each from its own fault', () => {
  const operations = crashOperations().map((item) =>
    item.intendedUs >= 2_500_000 && item.epoch === 2 ? { ...item, epoch: 3, node: 'node4' } : item,
  )
  const events = [...crashEvents(operations), phase(2_450_000, 3, 'detect'), reign(2_480_000, 3, 4, '')]
  const faults = [
    fault({ atUs: CRASH_US }),
    fault({ atUs: 2_400_000, target: ['node3'], label: 'crash node3 (source)' }),
  ]
  const { failoverMs, failovers } = failoversOf(crashRecord({ operations, events, faults }), scenario(), [])
  assert.deepEqual(failoverMs, [299, 101])
  assert.deepEqual(
    failovers.map(({ oldSource, newSource }) => [oldSource, newSource]),
    [
      ['node1', 'node3'],
      ['node3', 'node4'],
    ],
  )
  assert.deepEqual(
    failovers.map(({ clientOutageMs }) => clientOutageMs),
    [300, 0],
  )
})

test('a failover that acknowledged nothing any more never ended: its duration is null and a note says so', () => {
  const operations = crashOperations().map(
    (item): Operation =>
      item.epoch === 2 ? { ...item, outcome: 'unknown', epoch: null, node: null, gtid: null } : item,
  )
  const { failovers, failoverMs, notes } = failoversOf(crashRecord({ operations }), scenario(), [])
  assert.equal(failovers[0]!.durationMs, null)
  assert.equal(failovers[0]!.clientOutageMs, null)
  assert.equal(failovers[0]!.clientOutageStartMs, 1000, 'it began, and was not seen to end')
  assert.deepEqual(failoverMs, [null])
  assert.deepEqual(notes, ['epoch 2 (node3) acknowledged no write that was intended after the fault'])
})

test('a crashed source that nobody replaced has no failover record, but a duration that never ended', () => {
  const dead = crashOperations().map(
    (item): Operation =>
      item.epoch === 2 ? { ...item, outcome: 'failed', epoch: null, node: null, gtid: null } : item,
  )
  const events: TraceEvent[] = [reign(-500_000, 1, 1, ''), refusal(1_100_000, { code: 'no-candidate' })]
  const never = failoversOf(crashRecord({ operations: dead, events }), scenario(), [])
  assert.deepEqual([never.failovers, never.failoverMs], [[], [null]])
  assert.deepEqual(never.notes, [
    'no failover followed crash node1 (source) at 1 s (refused: no stopped replica can apply what it received); no write was acknowledged after it',
  ])

  const returned = failoversOf(crashRecord({ events }), scenario(), [])
  assert.deepEqual([returned.failovers, returned.failoverMs], [[], []])
  assert.match(returned.notes[0]!, /writes were acknowledged again without one$/)
})

test('a failover that was refused for a while says for how long and why, and the next refusals are not its own', () => {
  const rule = (counted: number): Why => {
    const count = { needed: 2, counted }
    return { code: 'rule', data: count, promises: count, uncounted: [], unprovable: [] }
  }
  const events = [
    ...crashEvents(crashOperations()),
    { ...refusal(1_020_000, rule(1)), epoch: 2 },
    { ...refusal(1_030_000, rule(0)), epoch: 2 },
    { ...refusal(1_280_000, { code: 'no-candidate' }), epoch: 3 },
  ].sort((a, b) => a.atUs - b.atUs)
  const [only] = failoversOf(crashRecord({ events }), scenario(), []).failovers
  assert.deepEqual([only!.phases.detect, only!.phases.refused], [19 + 50, 30])
  assert.deepEqual(only!.refusal!.why, rule(0))
  assert.equal(sumOfPhases(only!.phases), only!.durationMs)
})

test('losses are counted with the failover that ended their epoch', () => {
  const operations = crashOperations()
  const lost = [
    operations[4]!,
    operations[8]!,
    operations[200]!,
    { ...operations[12]!, consistency: 'EVENTUAL' as const },
  ]
  assert.equal(
    failoversOf(crashRecord({ nodes: endOf(operations) }), scenario(), lost).failovers[0]!.lostAcknowledged,
    2,
  )
})

test('law: whatever phases are reported in whatever number, the phases of an ended failover add up to its duration', () => {
  const name = fc.constantFrom(
    'detect' as const,
    'decide' as const,
    'catchUp' as const,
    'promote' as const,
    'reroute' as const,
    'serving' as const,
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 900_000, max: 1_400_000 }), name), { maxLength: 12 }), (steps) => {
      const reigns = crashEvents(crashOperations()).filter(({ kind }) => kind === 'reign')
      const events = [...reigns, ...steps.map(([atUs, phaseName]) => phase(atUs, 2, phaseName))]
      for (const { durationMs, phases } of failoversOf(crashRecord({ events }), scenario(), []).failovers)
        assert.ok(Math.abs(sumOfPhases(phases) - durationMs!) < 1e-6)
    }),
  )
})
