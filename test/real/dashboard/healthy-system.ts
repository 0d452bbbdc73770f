/** What a coordinator says of a system in which all is well, some minutes after it was started and moved once. */
import type { DryRunReply } from '../../../algorithms/failover/steering.ts'
import type {
  FailoverRecord,
  FaultRecord,
  NodeState,
  Sample,
  ServiceState,
  StressRecord,
  SystemSnapshot,
} from '../../../real/services/wire.ts'

const UUIDS = ['a1', 'b2', 'c3', 'd4'].map((two) => `${two.repeat(4)}-0000-11f0-8000-${two.repeat(6)}`)
const SOURCE = 2

export function healthySystem(nowMs: number): SystemSnapshot {
  return {
    atMs: nowMs,
    versions: { quorumlab: '0.1.0', node: 'v20.20.2', mysql: '9.7.4' },
    services: servicesOf(nowMs),
    topology: {
      epoch: 3,
      source: id(SOURCE),
      sourceSinceMs: nowMs - 95_000,
      k: 2,
      quorumNeeded: 2,
      acknowledge: 'applied',
      algorithms: {
        timestamps: 'taas',
        quorum: 'cabinet',
        election: 'seer',
        failureThreshold: 1,
        weightRatio: 'largest',
      },
      mode: 'automatic',
      standBackUntilMs: null,
      busy: null,
      gate: 'open',
      quorum: {
        members: [id(2), id(1), id(3)],
        needed: 2,
        weights: [4, 2.5, 1.6],
        threshold: 4.9,
        from: 'cabinet',
        ageMs: 420,
        reason: null,
      },
      ranking: {
        policy: 'seer',
        from: 'seer',
        ageMs: 420,
        reason: null,
        candidates: rankings().seer!,
        others: rankings(),
      },
      nodes: [1, 2, 3, 4].map((number) => nodeOf(number, nowMs)),
    },
    samples: samplesOf(nowMs),
    failovers: [startOf(nowMs), failoverOf(nowMs)],
    faults: [faultOf(nowMs)],
    stress: [stressOf(nowMs)],
    runs: [
      {
        id: 'run-1',
        scenario: 'primary-crash',
        world: 'local',
        seed: 1,
        startedAtMs: nowMs - 7_200_000,
        endedAtMs: nowMs - 7_160_000,
        verdict: 'pass',
        report: 'runs/run-1/report.html',
      },
    ],
    refusals: [
      {
        atMs: nowMs - 62_000,
        reason: 'the quorum rule needs 2 replicas, 1 is reachable and counts (node1 could not be stopped)',
        why: null,
      },
    ],
    lastEventId: 0,
  }
}

/** What the coordinator answers when it is asked what would come of the source's end. */
export function dryRun(): DryRunReply {
  return {
    verdict: 'would',
    epoch: 4,
    kind: 'failover',
    source: 'instance-2',
    winner: 'instance-3',
    why: null,
    reason: 'predicted commit delay 2.6 ms, lacks 0 transactions',
    k: 2,
    rule: { data: { counted: 3, needed: 2 }, promises: { counted: 3, needed: 2 }, uncounted: [], unprovable: [] },
    order: rankings().seer!,
    rankings: rankings(),
    passedOver: [],
  }
}

function id(number: number): string {
  return `instance-${number}`
}

function servicesOf(nowMs: number): ServiceState[] {
  const of = (name: string, kind: ServiceState['kind'], port: number): ServiceState => ({
    id: name,
    kind,
    address: `127.0.0.1:${port}`,
    state: 'healthy',
    detail: '',
    sinceMs: nowMs - 300_000,
  })
  return [
    ...[1, 2, 3, 4].map((number) => of(id(number), 'mysql', 3305 + number)),
    ...[1, 2, 3].map((number) => of(`timestamp-${number}`, 'timestamp', number === 3 ? 9006 : 9000 + number)),
    of('coordinator', 'coordinator', 9000),
    of('metrics', 'metrics', 9003),
    of('cabinet', 'cabinet', 9004),
    of('seer', 'seer', 9005),
  ]
}

function nodeOf(number: number, nowMs: number): NodeState {
  const isSource = number === SOURCE
  return {
    id: id(number),
    node: `node${number}`,
    host: '127.0.0.1',
    port: 3305 + number,
    role: isSource ? 'source' : 'replica',
    healthy: true,
    latencyMs: [0.42, 0.38, 0.51, 0.61][number - 1]!,
    lagTransactions: isSource ? 0 : number - 1,
    lagMs: isSource ? null : [1.1, 0, 2.4, 3.2][number - 1]!,
    uptimeSeconds: number === 1 ? 92 : 300,
    crashes: number === 1 ? 1 : 0,
    executed: `${UUIDS[0]}:1-2864,\n${UUIDS[1]}:1-${5200 - (isSource ? 0 : number)}`,
    retrieved: isSource ? '' : `${UUIDS[1]}:4000-5200`,
    errant: '',
    promised: 3,
    receiver: isSource ? 'stopped' : 'running',
    applier: isSource ? 'stopped' : 'running',
    readOnly: !isSource,
    serverUuid: UUIDS[number - 1]!,
    weight: isSource ? 4 : [2.5, 0, 1.6, 1][number - 1]!,
    score: [0.66, 0.71, 0.64, 0.59][number - 1]!,
    seenAtMs: nowMs,
  }
}

/** Five minutes with a failover 95 s before their end. */
function samplesOf(nowMs: number): Sample[] {
  return Array.from({ length: 300 }, (_, index) => {
    const wave = Math.sin(index / 9) * 14 + Math.sin(index / 2.3) * 9
    const isGap = index === 205
    return {
      atMs: nowMs - (300 - index) * 1000,
      writesPerSec: isGap ? 90 : 180 + wave,
      readsPerSec: isGap ? 30 : 75 - wave / 2,
      failedPerSec: isGap ? 12 : 0,
      latencyP50Ms: isGap ? 9 : 2.2 + Math.sin(index / 7) * 0.2,
      latencyP95Ms: isGap ? 160 : 3.4 + Math.sin(index / 5) * 0.3,
      latencyP99Ms: isGap ? 210 : 5.1 + Math.sin(index / 3) * 0.8,
      lagMs: Object.fromEntries(
        [1, 2, 3, 4].map((number) => [
          id(number),
          number === SOURCE || (number === 1 && index >= 205 && index < 212)
            ? null
            : 1.2 + number / 2 + Math.sin(index / (2 + number)) * 0.6,
        ]),
      ),
    }
  })
}

function rankings(): FailoverRecord['rankings'] {
  return {
    seer: [
      { node: 'node2', score: 0.71, reason: 'predicted commit delay 1.9 ms, lacks 0 transactions' },
      { node: 'node3', score: 0.64, reason: 'predicted commit delay 2.6 ms, lacks 0 transactions' },
      { node: 'node4', score: 0.59, reason: 'predicted commit delay 3.1 ms, lacks 3 transactions' },
    ],
    'seer-score': [
      { node: 'node3', score: 0.8163, reason: 'latency 0.51 ms, up 205 s, 0 crashes, lacks 0 transactions' },
      { node: 'node2', score: 0.8162, reason: 'latency 0.38 ms, up 205 s, 0 crashes, lacks 0 transactions' },
      { node: 'node4', score: 0.8139, reason: 'latency 0.61 ms, up 205 s, 0 crashes, lacks 3 transactions' },
    ],
    'most-advanced': [
      { node: 'node2', score: 2864, reason: 'holds 2864 transactions, lacks 0' },
      { node: 'node3', score: 2864, reason: 'holds 2864 transactions, lacks 0' },
      { node: 'node4', score: 2861, reason: 'holds 2861 transactions, lacks 3' },
    ],
    'lowest-rtt': [
      { node: 'node2', score: -0.38, reason: 'round trip 0.38 ms' },
      { node: 'node3', score: -0.51, reason: 'round trip 0.51 ms' },
      { node: 'node4', score: -0.61, reason: 'round trip 0.61 ms' },
    ],
  }
}

function startOf(nowMs: number): FailoverRecord {
  const atMs = nowMs - 300_000
  return {
    ...failoverOf(nowMs),
    id: 'failover-1',
    kind: 'start',
    startedAtMs: atMs,
    endedAtMs: atMs + 212,
    cause: 'the coordinator starts',
    from: null,
    to: id(1),
    epoch: 2,
    steps: [{ phase: 'serving', atMs: atMs + 212, detail: 'node1' }],
    firstWriteMs: null,
    outageMs: null,
    oldSource: '',
    statements: [],
  }
}

export function failoverOf(nowMs: number): FailoverRecord {
  const atMs = nowMs - 95_000
  const step = (phase: string, afterMs: number, detail: string) => ({ phase, atMs: atMs + afterMs, detail })
  return {
    id: 'failover-2',
    kind: 'failover',
    startedAtMs: atMs,
    endedAtMs: atMs + 231,
    cause: 'client and probe fail, and 3 of 3 replicas lost the source',
    from: id(1),
    to: id(2),
    epoch: 3,
    policy: 'seer',
    steps: [
      step('detect', 38, 'client and probe fail, and 3 of 3 replicas lost the source'),
      step('decide', 41, 'promises of epoch 3 from node2, node3, node4'),
      step('catchUp', 92, '2864 transactions to hold'),
      step('elected', 93, 'node2 by seer: predicted commit delay 1.9 ms'),
      step('promote', 104, 'node2'),
      step('reign', 141, 'node2 writes the row of epoch 3'),
      step('reroute', 142, 'node3, node4'),
      step('firstWrite', 171, 'the first write of the new epoch is acknowledged'),
      step('serving', 231, 'node2'),
    ],
    firstWriteMs: 171,
    outageMs: 198,
    verdict: 'done',
    why: null,
    reason: 'predicted commit delay 1.9 ms',
    rankings: rankings(),
    oldSource: 'follows again: caught up after 3.1 s',
    statements: [
      { node: 'node3', sql: 'UPDATE quorumlab.epoch SET promised = 3 WHERE promised < 3', atMs: atMs + 44 },
      { node: 'node2', sql: 'STOP REPLICA IO_THREAD', atMs: atMs + 52 },
      { node: 'node2', sql: 'SET GLOBAL super_read_only = OFF', atMs: atMs + 118 },
      {
        node: 'node3',
        sql: "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 3307",
        atMs: atMs + 149,
      },
    ],
  }
}

function faultOf(nowMs: number): FaultRecord {
  return {
    id: 'fault-1',
    verb: 'crash',
    target: id(1),
    amounts: '',
    startedAtMs: nowMs - 95_000,
    healedAtMs: nowMs - 92_000,
    witness: {
      before: 'instance-1: runs and answers, writable',
      during: 'instance-1: no process, connections are refused',
      after: 'instance-1: runs and answers, read-only',
    },
  }
}

export function stressOf(nowMs: number): StressRecord {
  return {
    id: 'stress-1',
    kind: 'writes',
    consistency: 'STRONG',
    total: 100,
    done: 100,
    successful: 100,
    failed: 0,
    unknown: 0,
    startedAtMs: nowMs - 140_000,
    endedAtMs: nowMs - 139_600,
    latencyMs: { mean: 9.4, p50: 8.2, p95: 17.4, p99: 21.1, max: 24 },
    timestampOrder: {
      unique: true,
      ordered: true,
      violations: 0,
      detail: '100 timestamps, all different and in the order of real time',
    },
    errors: [],
  }
}
