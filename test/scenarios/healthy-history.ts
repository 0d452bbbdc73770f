/**
 * A small history that went well, for the checks to be right about and for tests to spoil: four servers, a write or a
 * read every 10 ms, node1 killed at 1 s, node3 elected, and everything acknowledged still there at the end.
 */
import { MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { textOf } from '../../algorithms/reasons/text.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import { STRICT_SEMI_SYNC } from '../../algorithms/semi-sync.ts'
import type { TraceEvent, TraceFact } from '../../algorithms/trace.ts'
import type { PhaseEvent } from '../../scenarios/measures/failover-phases.ts'
import type { FaultRecord, NodeEnd, Operation, RunRecord } from '../../scenarios/record.ts'
import { DEFAULT_SEER, DEFAULT_TUNING, type Scenario } from '../../scenarios/scenario.ts'

export const UUID = [1, 2, 3, 4].map((n) => `${n}`.repeat(8) + `-${n}${n}${n}${n}`.repeat(3) + `-${`${n}`.repeat(12)}`)
const MARKER = (epoch: number) => ({ uuid: `716c6162-0000-000${epoch}-0202-000000000000`, number: 1 })

export function operation(fields: Partial<Operation> & { readonly op: number }): Operation {
  const intendedUs = fields.intendedUs ?? fields.op * 10_000
  const outcome = fields.outcome ?? 'ok'
  return {
    kind: 'write',
    key: fields.op % 7,
    consistency: 'STRONG',
    session: (fields.op % 32) + 1,
    intendedUs,
    sentUs: intendedUs + 10,
    endUs: intendedUs + 2_000,
    outcome,
    why: outcome === 'ok' ? null : { code: 'deadline' },
    reason: outcome === 'ok' ? null : 'for the test',
    gtid: null,
    timestamp: null,
    epoch: outcome === 'ok' ? 1 : null,
    node: outcome === 'ok' ? 'node1' : null,
    value: null,
    ...fields,
  }
}

export type Refusal = Extract<TraceEvent, { kind: 'refused' }>

/** As a coordinator states it; `alarm`: while its epoch goes on. */
export function refusal(atUs: number, why: Why, alarm: 'gone' | 'stalled' | null = null): Refusal {
  const reason = `${alarm === null ? '' : `the source is ${alarm}, but `}${textOf(why)}`
  return { kind: 'refused', epoch: 3, alarm, why, reason, atUs, process: 'coordinator' }
}

/** Two are needed, for data as for promises, and one counts. */
export const RULE: Extract<Why, { code: 'rule' }> = {
  code: 'rule',
  data: { needed: 2, counted: 1 },
  promises: { needed: 2, counted: 1 },
  uncounted: [],
  unprovable: [],
}

export function fault(fields: Partial<FaultRecord> & { readonly atUs: number }): FaultRecord {
  return {
    kind: 'crash',
    target: ['node1'],
    label: 'crash node1 (source)',
    witness: { before: 'running', during: 'dead', after: 'running', seenUs: fields.atUs + 1_000 },
    healedUs: null,
    ...fields,
  }
}

export function at(atUs: number, fact: TraceFact): TraceEvent {
  return { ...fact, atUs, process: 'coordinator' }
}

export function reign(atUs: number, epoch: number, member: number, target: string, k = 2): TraceEvent {
  return at(atUs, {
    kind: 'reign',
    epoch,
    source: `node${member}`,
    sourceUuid: UUID[member - 1]!,
    k,
    marker: MARKER(epoch),
    target,
  })
}

export function phase(
  atUs: number,
  epoch: number,
  name: 'detect' | 'decide' | 'catchUp' | 'promote' | 'reroute' | 'serving',
): PhaseEvent {
  return { kind: 'phase', epoch, phase: name, detail: `${name} of epoch ${epoch}`, atUs, process: 'coordinator' }
}

export function scenario(fields: Partial<Scenario> = {}): Scenario {
  return {
    name: 'history',
    description: 'A history written by hand',
    file: 'history.yaml',
    text: 'name: history\n',
    hash: 'ab'.repeat(32),
    conditions: 'c0'.repeat(32),
    seed: 1,
    cluster: {
      protocol: 'mysql',
      nodes: 4,
      timestampServers: 2,
      coordinators: 1,
      acknowledge: 'applied',
      semiSync: STRICT_SEMI_SYNC,
      maxApplyBacklog: 5_000,
      zones: [],
    },
    raft: null,
    algorithms: {
      timestamps: 'odd-even',
      quorum: 'majority',
      election: 'seer-score',
      failureThreshold: 1,
      weightRatio: 'largest',
    },
    seer: DEFAULT_SEER,
    unsafe: [],
    workload: {
      mode: 'open',
      arrivals: 'uniform',
      ratePerSec: 100,
      clients: 32,
      reads: 0.25,
      consistency: 'STRONG',
      keys: 7,
      durationUs: 4_000_000,
      warmupUs: 500_000,
      deadlineUs: 1_000_000,
    },
    livenessUs: 0,
    network: { defaultDelay: { kind: 'constant', us: 100 }, links: [] },
    tuning: DEFAULT_TUNING,
    faults: [],
    checks: [
      'acknowledged-writes-survive',
      'timestamps-unique',
      'timestamps-ordered',
      'single-writer',
      'replicas-converge',
    ],
    expectations: [],
    ...fields,
  }
}

export const CRASH_US = 1_000_000
export const REIGN_US = 1_250_000
/** The write that epoch 2 answers first among those intended after the crash. */
export const FIRST_ACK_US = 1_300_000

/** 400 operations over 4 s. Every fourth is a read; those intended in the 200 ms after the crash fail. */
export function crashOperations(): Operation[] {
  const operations: Operation[] = []
  const numbers = [0, 0, 0, 0]
  for (let op = 0; op < 400; op++) {
    const intendedUs = op * 10_000
    const epoch = intendedUs < CRASH_US ? 1 : 2
    const member = epoch === 1 ? 0 : 2
    const down = intendedUs >= CRASH_US && intendedUs < CRASH_US + 200_000
    // Whoever came between the outage and the new reign was answered when it served.
    const endUs = epoch === 2 && !down ? Math.max(FIRST_ACK_US, intendedUs + 2_000) : intendedUs + 2_000
    const read = op % 4 === 3
    operations.push(
      operation({
        op,
        kind: read ? 'read' : 'write',
        intendedUs,
        endUs,
        outcome: down ? 'failed' : 'ok',
        epoch: down ? null : epoch,
        node: down ? null : `node${member + 1}`,
        gtid: read || down ? null : { uuid: UUID[member]!, number: ++numbers[member]! },
        timestamp: read ? null : { counter: op + 1, server: op % 2 },
      }),
    )
  }
  return operations
}

/** What every server holds when nothing was lost: the GTIDs and rows of the acknowledged writes. */
export function endOf(
  operations: readonly Operation[],
  fields: (node: string) => Partial<NodeEnd> = () => ({}),
): NodeEnd[] {
  const executed = MutableGtidSet.of(MARKER(1), MARKER(2))
  const ops = new Set<number>()
  for (const { kind, outcome, op, gtid } of operations)
    if (kind === 'write' && outcome === 'ok') {
      if (gtid !== null) executed.add(gtid)
      ops.add(op)
    }
  return [1, 2, 3, 4].map((n) => ({
    node: `node${n}`,
    reachable: true,
    uuid: UUID[n - 1]!,
    executed: executed.toString(),
    tableChecksum: '1234',
    ops: new Set(ops),
    role: n === 3 ? 'source' : 'replica',
    ...fields(`node${n}`),
  }))
}

export function crashEvents(operations: readonly Operation[]): TraceEvent[] {
  const target = MutableGtidSet.of(MARKER(1))
  for (const { gtid, epoch } of operations) if (gtid !== null && epoch === 1) target.add(gtid)
  return [
    reign(-500_000, 1, 1, ''),
    at(1_050_000, { kind: 'suspected', node: 'node1', reason: 'connection refused' }),
    phase(1_050_000, 2, 'detect'),
    phase(1_100_000, 2, 'decide'),
    at(1_140_000, {
      kind: 'elected',
      epoch: 2,
      node: 'node3',
      policy: 'seer-score',
      reason: 'node3 answers fastest',
      rankings: { 'seer-score': [{ node: 'node3', score: 1, reason: 'latency 0.3 ms' }] },
    }),
    phase(1_150_000, 2, 'catchUp'),
    phase(1_200_000, 2, 'promote'),
    reign(REIGN_US, 2, 3, target.toString()),
    phase(1_260_000, 2, 'reroute'),
    phase(1_290_000, 2, 'serving'),
  ]
}

export function record(fields: Partial<RunRecord> = {}): RunRecord {
  return {
    world: 'sim',
    seed: 1,
    operations: [],
    events: [],
    faults: [],
    nodes: [],
    lag: [],
    endedUs: 4_000_000,
    healedUs: null,
    complete: true,
    digest: 'd1',
    mysqlVersion: null,
    counters: {},
    ...fields,
  }
}

/** The history that went well. */
export function crashRecord(fields: Partial<RunRecord> = {}): RunRecord {
  const operations = fields.operations ?? crashOperations()
  return record({
    operations,
    events: crashEvents(operations),
    faults: [fault({ atUs: CRASH_US, healedUs: 2_500_000 })],
    nodes: endOf(operations),
    lag: ['node2', 'node3', 'node4'].map((node) => ({ node, commitUs: [600_000, 2_000_000], lagUs: [300, 500] })),
    ...fields,
  })
}

/** The history with one operation replaced. */
export function replacing(
  operations: readonly Operation[],
  op: number,
  change: (operation: Operation) => Partial<Operation>,
): Operation[] {
  return operations.map((operation) => (operation.op === op ? { ...operation, ...change(operation) } : operation))
}
