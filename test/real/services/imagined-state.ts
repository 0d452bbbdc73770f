/** A running system as its coordinator would tell it: every part filled in, for tests of whoever shows or sends it. */
import { explained } from '../../../algorithms/reasons/outcomes.ts'
import { instancesOf } from '../../../real/services/instances.ts'
import type {
  Decision,
  FailoverRecord,
  FaultRecord,
  NodeState,
  QuorumState,
  RankingState,
  Refusal,
  RunEntry,
  Sample,
  ServiceState,
  StressRecord,
  SystemEvents,
  SystemSnapshot,
  Topology,
} from '../../../real/services/wire.ts'

const AT_MS = Date.UTC(2026, 10, 28, 12)
const UUID = '00000000-0000-0000-0000-00000000000'

const INSTANCES = instancesOf([1, 2, 3, 4].map((n) => ({ name: `node${n}` })))

const nodes = INSTANCES.map(
  ({ id, node, host, member }): NodeState => ({
    ...{ id, node, host, port: 3306 + member, role: member === 0 ? 'source' : 'replica', healthy: true },
    ...{ latencyMs: 0.5 + member / 10, lagTransactions: member, lagMs: member, uptimeSeconds: 60, crashes: 0 },
    ...{ executed: `${UUID}1:1-100`, retrieved: member === 0 ? '' : `${UUID}1:1-100`, errant: '', promised: 1 },
    ...{ receiver: member === 0 ? 'stopped' : 'running', applier: 'running', readOnly: member > 0 },
    ...{ serverUuid: `${UUID}${member + 1}`, weight: 4 - member, score: 4 - member, seenAtMs: AT_MS },
  }),
)

const quorum: QuorumState = {
  ...{ members: ['instance-2'], needed: 1, weights: [4.236, 2.618, 1.618, 1], threshold: 4.736 },
  ...{ from: 'cabinet', ageMs: 120, reason: null },
}

const ranking: RankingState = {
  ...{ policy: 'seer', from: 'local', ageMs: 0, reason: 'the SEER service does not answer' },
  candidates: [{ node: 'node2', score: -0.6, reason: 'predicted commit delay 0.60 ms' }],
  others: { 'most-advanced': [{ node: 'node3', score: 100, reason: 'holds 100 transactions, lacks 0' }] },
}

const topology: Topology = {
  ...{ epoch: 1, source: 'instance-1', sourceSinceMs: AT_MS, k: 1, quorumNeeded: 1, acknowledge: 'applied' },
  algorithms: {
    ...{ timestamps: 'taas', quorum: 'cabinet', election: 'seer', failureThreshold: 1, weightRatio: 'largest' },
  },
  ...{ mode: 'automatic', standBackUntilMs: null, busy: null, gate: 'open', quorum, ranking, nodes },
}

const services: readonly ServiceState[] = INSTANCES.map(({ id, member }) => ({
  ...{ id, kind: 'mysql', address: `127.0.0.1:${3306 + member}`, state: 'healthy', detail: '', sinceMs: AT_MS },
}))

const sample: Sample = {
  ...{ atMs: AT_MS, writesPerSec: 900, readsPerSec: 2_100, failedPerSec: 0 },
  ...{ latencyP50Ms: 2, latencyP95Ms: 5, latencyP99Ms: 9, lagMs: { 'instance-2': 1.5, 'instance-3': null } },
}

const failover: FailoverRecord = {
  ...{ id: 'failover-2', kind: 'failover', startedAtMs: AT_MS, endedAtMs: AT_MS + 300, cause: 'node1 is gone' },
  ...{ from: 'instance-1', to: 'instance-2', epoch: 2, policy: 'seer', firstWriteMs: 290, outageMs: 310 },
  steps: [{ phase: 'promote', atMs: AT_MS + 200, detail: 'node2' }],
  ...{ verdict: 'done', why: null, reason: '', rankings: ranking.others, oldSource: 'down' },
  statements: [{ node: 'node2', sql: 'SET GLOBAL super_read_only = OFF', atMs: AT_MS + 210 }],
}

const fault: FaultRecord = {
  ...{ id: 'fault-1', verb: 'pause', target: 'instance-3', amounts: 'for 5 s' },
  ...{ startedAtMs: AT_MS, healedAtMs: null, witness: { before: 'running', during: 'stopped', after: null } },
}

const stress: StressRecord = {
  ...{ id: 'stress-1', kind: 'concurrent-writes', consistency: 'STRONG', total: 100, done: 50, successful: 49 },
  ...{ failed: 1, unknown: 0, startedAtMs: AT_MS, endedAtMs: null, errors: ['no timestamp'] },
  latencyMs: { mean: 4, p50: 3, p95: 8, p99: 12, max: 20 },
  timestampOrder: { unique: true, ordered: true, violations: 0, detail: '' },
}

const run: RunEntry = {
  ...{ id: 'run-1', scenario: 'primary-crash', world: 'local', seed: 7, startedAtMs: AT_MS, endedAtMs: AT_MS + 9 },
  ...{ verdict: 'pass', report: '/runs/run-1/report.html' },
}

const refusal: Refusal = { atMs: AT_MS, ...explained({ code: 'young-term', minimumTermUs: 2_000_000 }) }

const decision: Decision = {
  ...{ kind: 'cleared', node: 'node3', reason: 'a probe was answered', atUs: 5, process: 'coordinator' },
  wallMs: AT_MS,
}

export const SNAPSHOT: SystemSnapshot = {
  ...{ atMs: AT_MS, versions: { quorumlab: '0.1.0', mysql: '9.7.0' }, services, topology, samples: [sample] },
  ...{ failovers: [failover], faults: [fault], stress: [stress], runs: [run], refusals: [refusal], lastEventId: 41 },
}

export const EVENTS: SystemEvents = {
  ...{ snapshot: SNAPSHOT, services, topology, sample, decision, failover, fault, stress, run },
}
