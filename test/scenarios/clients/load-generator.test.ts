import assert from 'node:assert/strict'
import fc from 'fast-check'
import { deferred, type Fiber, FiberProcess, sleep, wait } from '../../../algorithms/fiber.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { textOf } from '../../../algorithms/reasons/text.ts'
import type { CoordinatorServer, Outcome, ReadReply, WriteReply } from '../../../algorithms/servers.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { type LoadGenerator, startLoadGenerator } from '../../../scenarios/clients/load-generator.ts'
import type { Operation } from '../../../scenarios/record.ts'
import type { Workload } from '../../../scenarios/scenario.ts'
import { type Handler, StepWorld } from '../../support/step-world.ts'
import { test } from '../../support/test.ts'
import { assertClosedLoop, CLOSED } from './closed-loop.ts'

const COORDINATOR: CoordinatorServer = { name: 'coordinator', kind: 'coordinator' }

const WORKLOAD: Workload = {
  mode: 'open',
  arrivals: 'poisson',
  ratePerSec: 200,
  clients: 4,
  reads: 0.5,
  consistency: 'STRONG',
  keys: 10,
  durationUs: 2_000_000,
  warmupUs: 0,
  deadlineUs: 300_000,
}

const BOTH = { verdict: 'ok', epoch: 1, seen: null } as const
const WRITTEN: WriteReply = { ...BOTH, gtid: { uuid: 'u', number: 7 }, timestamp: null, node: 'node1', result: null }
const READ: ReadReply = { ...BOTH, value: null, rows: null, node: 'node2', staleness: null }

function answering(afterUs: number): Handler {
  return ({ kind }) => ({ outcome: { kind: 'ok', reply: kind === 'write' ? WRITTEN : READ }, afterUs })
}
const silent: Handler = () => null

interface Ran {
  readonly operations: readonly Operation[]
  /** In the order in which they ended. */
  readonly ended: readonly Operation[]
  readonly doneAtUs: number
}

/** One run in the stepped world; `beside` runs beside it. */
function ran(
  workload: Workload,
  handler: Handler,
  seed = 1,
  beside?: (generator: LoadGenerator) => Fiber<void>,
  livenessUs = 0,
  healedUs = workload.durationUs,
): Ran {
  const world = new StepWorld({ coordinator: handler })
  const process = new FiberProcess('client', world, (error) => {
    throw error
  })
  const done = deferred<true>()
  const ended: Operation[] = []
  let dones = 0
  let doneAtUs = -1
  const generator = startLoadGenerator(process, { workload, livenessUs }, [COORDINATOR], new RandomStreams(seed), {
    startUs: 0,
    onOperation: (operation) => ended.push(operation),
    onDone: () => {
      dones++
      doneAtUs = world.now()
      done.settle(true)
    },
  })
  generator.healed(healedUs)
  if (beside !== undefined) process.spawn('beside', beside(generator))
  world.run(wait(done))
  // Whatever would still happen after the end must not.
  world.run(sleep(10 * workload.durationUs))
  assert.equal(dones, 1, 'onDone is called once')
  return { operations: generator.operations, ended, doneAtUs }
}

function scheduleOf({ operations }: Ran): unknown[] {
  return operations.map(({ op, kind, key, intendedUs }) => ({ op, kind, key, intendedUs }))
}

test('the same seed gives the same schedule whatever the system does', () => {
  const fast = ran(WORKLOAD, answering(100))
  const slow = ran(WORKLOAD, answering(200_000))
  const dead = ran(WORKLOAD, silent)
  assert.ok(fast.operations.length > 300)
  assert.deepEqual(scheduleOf(slow), scheduleOf(fast))
  assert.deepEqual(scheduleOf(dead), scheduleOf(fast))
  assert.notDeepEqual(scheduleOf(ran(WORKLOAD, answering(100), 2)), scheduleOf(fast))
})

test('another share of reads moves no arrival', () => {
  const times = (reads: number) => ran({ ...WORKLOAD, reads }, answering(100)).operations.map((o) => o.intendedUs)
  assert.deepEqual(times(0), times(0.9))
})

test('operations are numbered from 1 in order of their intended start, and each ends once', () => {
  const { operations, ended } = ran(WORKLOAD, answering(30_000))
  assert.deepEqual(
    operations.map(({ op }) => op),
    operations.map((_, i) => i + 1),
  )
  for (const [i, operation] of operations.entries())
    if (i > 0) assert.ok(operation.intendedUs >= operations[i - 1]!.intendedUs)
  assert.equal(new Set(ended).size, operations.length)
  assert.equal(ended.length, operations.length)
})

test('the offered rate, the share of reads and the keys are those of the workload', () => {
  const workload = { ...WORKLOAD, ratePerSec: 5000, durationUs: 4_000_000, reads: 0.3, clients: 64 }
  const { operations } = ran(workload, answering(100))
  // Poisson: 20,000 with a deviation of 141.
  assert.ok(Math.abs(operations.length - 20_000) < 700, `${operations.length}`)
  const reads = operations.filter(({ kind }) => kind === 'read').length / operations.length
  assert.ok(Math.abs(reads - 0.3) < 0.02, `${reads}`)
  assert.deepEqual([...new Set(operations.map(({ key }) => key))].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('uniform arrivals are evenly spaced', () => {
  const { operations } = ran({ ...WORKLOAD, arrivals: 'uniform' }, answering(100))
  assert.deepEqual(
    operations.map(({ intendedUs }) => intendedUs),
    Array.from({ length: 399 }, (_, i) => 5_000 * (i + 1)),
  )
})

test('operations are sent as by one queue with that many servers, at the intended moment or when a client is free', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 60_000 }),
      fc.nat(1000),
      (clients, serviceUs, seed) => {
        const workload = { ...WORKLOAD, clients }
        const { operations } = ran(workload, answering(serviceUs), seed)
        // Worked out anew: the client that is free first takes the next operation.
        const freeAt = new Array<number>(clients).fill(0)
        for (const { intendedUs, sentUs, endUs, outcome } of operations) {
          const client = freeAt.indexOf(Math.min(...freeAt))
          const expected = Math.max(intendedUs, freeAt[client]!)
          if (sentUs === null) {
            assert.ok(expected >= workload.durationUs)
            assert.equal(outcome, 'unsent')
            continue
          }
          assert.equal(sentUs, expected)
          assert.equal(endUs, sentUs + serviceUs)
          assert.equal(outcome, 'ok')
          freeAt[client] = endUs!
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('without an answer a write is unknown and a read has failed, each at its deadline', () => {
  const { operations, doneAtUs } = ran(WORKLOAD, silent)
  const sent = operations.filter(({ sentUs }) => sentUs !== null)
  assert.ok(sent.length >= 4 * 6)
  for (const operation of sent) {
    assert.equal(operation.outcome, operation.kind === 'write' ? 'unknown' : 'failed')
    assert.equal(operation.endUs, operation.sentUs! + WORKLOAD.deadlineUs)
    assert.deepEqual([operation.why, operation.reason], [{ code: 'deadline' }, textOf({ code: 'deadline' })])
  }
  assert.ok(doneAtUs >= WORKLOAD.durationUs && doneAtUs <= WORKLOAD.durationUs + WORKLOAD.deadlineUs)
})

test('after the duration nothing is started, and what was due and had no client is unsent', () => {
  const { operations } = ran(WORKLOAD, silent)
  const unsent = operations.filter(({ outcome }) => outcome === 'unsent')
  assert.ok(unsent.length > 200)
  for (const { sentUs, endUs, why } of unsent) {
    assert.equal(sentUs, null)
    assert.equal(endUs, null)
    assert.deepEqual(why, { code: 'no-client-free' })
  }
  for (const { sentUs, intendedUs } of operations) {
    assert.ok(intendedUs < WORKLOAD.durationUs)
    assert.ok(sentUs === null || sentUs <= WORKLOAD.durationUs)
  }
})

test('a run without trouble ends with its duration, not with its last operation', () => {
  const { operations, doneAtUs } = ran({ ...WORKLOAD, ratePerSec: 3 }, answering(100))
  assert.ok(operations.length < 20)
  assert.equal(doneAtUs, WORKLOAD.durationUs)
})

const LATE = { code: 'quorum-late' } as const
const NOBODY = { code: 'nobody-reigns' } as const

test('the verdict of a write is what the coordinator or the call says', () => {
  const gtid = { uuid: 'u', number: 9 }
  const cases: readonly (readonly [Outcome<WriteReply>, Partial<Operation>])[] = [
    [
      { kind: 'ok', reply: WRITTEN },
      { outcome: 'ok', reason: null, gtid: { uuid: 'u', number: 7 }, epoch: 1, node: 'node1' },
    ],
    [
      { kind: 'ok', reply: { verdict: 'unknown', why: LATE, reason: 'late', gtid, timestamp: null, at: null } },
      { outcome: 'unknown', why: LATE, reason: 'late', gtid, epoch: null, node: null },
    ],
    [
      {
        kind: 'ok',
        reply: { verdict: 'failed', why: NOBODY, reason: 'no source', gtid: null, timestamp: null, at: null },
      },
      { outcome: 'failed', why: NOBODY, reason: 'no source', gtid: null },
    ],
    [
      failed({ code: 'connection-refused' }),
      { outcome: 'failed', why: { code: 'connection-refused' }, reason: 'connection refused' },
    ],
    [
      unknown({ code: 'connection-lost' }),
      { outcome: 'unknown', why: { code: 'connection-lost' }, reason: 'connection lost' },
    ],
  ]
  assertEnds(cases, 0)
})

/** What becomes of an operation that is answered so; `reads`: 0 for a write, 1 for a read. */
function assertEnds(
  cases: readonly (readonly [Outcome<WriteReply> | Outcome<ReadReply>, Partial<Operation>])[],
  reads: 0 | 1,
): void {
  for (const [outcome, expected] of cases) {
    const { operations } = ran({ ...WORKLOAD, reads }, () => ({ outcome, afterUs: 50 }))
    for (const key of Object.keys(expected) as (keyof Operation)[])
      assert.deepEqual(operations[0]![key], expected[key], `${outcome.kind} ${key}`)
  }
}

test('the verdict of a read is never unknown: it changed nothing', () => {
  const value = { op: 3, timestamp: { counter: 5, server: 0 } }
  const cases: readonly (readonly [Outcome<ReadReply>, Partial<Operation>])[] = [
    [
      { kind: 'ok', reply: { ...READ, value } as ReadReply },
      { outcome: 'ok', reason: null, value, node: 'node2' },
    ],
    [
      { kind: 'ok', reply: { verdict: 'failed', why: NOBODY, reason: 'no source' } },
      { outcome: 'failed', why: NOBODY, reason: 'no source' },
    ],
    [
      failed({ code: 'connection-refused' }),
      { outcome: 'failed', why: { code: 'connection-refused' }, reason: 'connection refused' },
    ],
    [
      unknown({ code: 'connection-lost' }),
      { outcome: 'failed', why: { code: 'connection-lost' }, reason: 'connection lost' },
    ],
  ]
  assertEnds(cases, 1)
})

test('a stop starts nothing new, forgets what was not due, and waits for what is in flight', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_900_000 }), fc.integer({ min: 1, max: 50_000 }), (stopUs, serviceUs) => {
      const { operations, ended, doneAtUs } = ran(WORKLOAD, answering(serviceUs), 1, function* (generator) {
        yield* sleep(stopUs)
        generator.stop()
        generator.stop()
      })
      const whole = ran(WORKLOAD, answering(serviceUs))
      const due = whole.operations.filter(({ intendedUs }) => intendedUs <= stopUs)
      assert.deepEqual(
        operations.map(({ op }) => op),
        due.map(({ op }) => op),
      )
      assert.equal(ended.length, operations.length)
      for (const { sentUs, endUs } of operations)
        if (sentUs !== null) assert.ok(sentUs <= stopUs && endUs === sentUs + serviceUs)
      assert.ok(doneAtUs >= stopUs && doneAtUs <= stopUs + serviceUs, `${doneAtUs}`)
    }),
    { numRuns: 30 },
  )
})

test('probes follow the workload for as long as liveness is asked for, by clients of their own', () => {
  const without = ran(WORKLOAD, answering(100))
  const { operations, doneAtUs } = ran(WORKLOAD, answering(100), 1, undefined, 3_000_000)
  const { durationUs } = WORKLOAD
  const probes = operations.slice(without.operations.length)
  assert.deepEqual(operations.slice(0, without.operations.length), without.operations)
  assert.equal(probes.length, 60, 'four clients, five times a second')
  assert.ok(probes.every(({ intendedUs }) => intendedUs > durationUs && intendedUs <= durationUs + 3_000_000))
  assert.deepEqual(
    probes.map(({ op }) => op),
    probes.map((_, i) => without.operations.length + 1 + i),
  )
  assert.ok(
    probes.every(({ consistency, session, outcome }) => consistency === 'STRONG' && session! > 4 && outcome === 'ok'),
  )
  assert.equal(probes.filter(({ kind }) => kind === 'write').length, 32)
  assert.ok(doneAtUs >= durationUs + 2_900_000 && doneAtUs <= durationUs + 3_000_000)
})

test('probes go on until liveness is over, counted from the healing, however long that took', () => {
  const { durationUs } = WORKLOAD
  const { operations } = ran(WORKLOAD, answering(1_000), 1, undefined, 3_000_000, durationUs + 5_000_000)
  const probes = operations.filter(({ intendedUs }) => intendedUs > durationUs)
  assert.equal(probes.length, 4 * 5 * 8)
  assert.ok(probes.every(({ intendedUs }) => intendedUs <= durationUs + 8_000_000))
})

test('probes are sent although every client of the workload still waits, and are given up soon', () => {
  const { operations } = ran({ ...WORKLOAD, deadlineUs: 8_000_000 }, silent, 1, undefined, 3_000_000)
  const probes = operations.filter(({ intendedUs }) => intendedUs > WORKLOAD.durationUs)
  assert.equal(probes.length, 12)
  assert.ok(probes.every(({ sentUs, endUs }) => endUs! - sentUs! === 1_000_000))
})

test('a stop during the probes ends them, after what is in flight', () => {
  function* soon(generator: LoadGenerator): Fiber<void> {
    yield* sleep(WORKLOAD.durationUs + 1_000_000)
    generator.stop()
    generator.stop()
  }
  const { operations, doneAtUs } = ran(WORKLOAD, answering(30_000), 1, soon, 3_000_000)
  assert.ok(doneAtUs >= WORKLOAD.durationUs + 1_000_000 && doneAtUs <= WORKLOAD.durationUs + 1_031_000)
  assert.ok(operations.every(({ endUs, outcome }) => outcome === 'unsent' || endUs !== null))
})

test('a closed loop sends the next operation when the last one has ended and its client has thought', () => {
  for (const [clients, serviceUs, thinkUs] of [
    [1, 1_000, 0],
    [4, 7_000, 0],
    [3, 10_000, 15_000],
  ] as const) {
    const workload: Workload = { ...CLOSED, clients, thinkTime: { kind: 'constant', us: thinkUs } }
    const { operations, ended, doneAtUs } = ran(workload, answering(serviceUs))
    assertClosedLoop(operations, clients)
    assert.equal(operations.length, clients * Math.ceil(workload.durationUs / (serviceUs + thinkUs)))
    assert.equal(ended.length, operations.length)
    const own = operations.filter(({ session }) => session === 1)
    for (const [i, { sentUs }] of own.entries()) assert.equal(sentUs, i * (serviceUs + thinkUs))
    assert.ok(doneAtUs >= workload.durationUs && doneAtUs <= workload.durationUs + serviceUs)
  }
})

test('in a closed loop a system that does not answer is asked once by each client and deadline', () => {
  const { operations } = ran(CLOSED, silent)
  assertClosedLoop(operations, 4)
  // 300 ms until it is given up, and 10 ms until it is asked again.
  assert.equal(operations.length, 4 * 7)
  const refused = ran(CLOSED, () => ({ outcome: failed({ code: 'connection-refused' }), afterUs: 0 })).operations
  assert.equal(refused.length, 4 * 200, 'who refuses at once is not asked without end')
})

test('what a closed loop asks is drawn by number, whenever it is asked', () => {
  const asked = (handler: Handler) =>
    ran(CLOSED, handler).operations.map(({ op, kind, key, consistency }) => ({ op, kind, key, consistency }))
  const slow = asked(answering(50_000))
  assert.deepEqual(asked(answering(1_000)).slice(0, slow.length), slow)
})

test('a stop of a closed loop starts nothing new, waits for what is in flight, and probes may follow an end', () => {
  const { operations, doneAtUs } = ran(CLOSED, answering(30_000), 1, function* (generator) {
    yield* sleep(500_000)
    generator.stop()
  })
  assertClosedLoop(operations, 4)
  assert.ok(operations.every(({ sentUs, endUs }) => sentUs! <= 500_000 && endUs !== null))
  assert.ok(doneAtUs >= 500_000 && doneAtUs <= 530_000)
  const probed = ran(CLOSED, answering(30_000), 1, undefined, 3_000_000).operations
  assert.equal(probed.filter(({ intendedUs }) => intendedUs > CLOSED.durationUs).length, 60)
})
