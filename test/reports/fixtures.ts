/** Results made in code, plausible and always the same: reports are tested on shapes the simulator rarely produces. */

import { describePolicies } from '../../scenarios/file/policy-names.ts'
import type { FaultResult, LatencySummary, Result } from '../../scenarios/result.ts'
import type { Failover } from '../../scenarios/result-durations.ts'
import type { Series } from '../../scenarios/result-series.ts'

interface FixtureOptions {
  readonly world?: Result['world']
  readonly nodes?: number
  readonly seed?: number
  readonly durationS?: number
  readonly crashes?: number
  readonly trials?: number
  readonly complete?: boolean
  readonly election?: Result['scenario']['algorithms']['election']
  readonly failing?: boolean
  readonly quorum?: 'weights' | 'selection'
}

/** A small generator, so that the fixtures hang on nothing they are there to test. */
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function fixture(options: FixtureOptions = {}): Result {
  const { world = 'sim', nodes = 4, seed = 1, durationS = 30, crashes = 1, trials = 1, complete = true } = options
  const random = chance(seed * 7 + (world === 'sim' ? 0 : 1000))
  const crashTimes = Array.from({ length: crashes }, (_, index) => ((index + 1) * durationS * 1000) / (crashes + 2))
  const outages = crashTimes.map(() => (world === 'sim' ? 195 : 220) + random() * 30)
  const plain = seriesOf(nodes, durationS, crashTimes, outages, random)
  const series = options.quorum === undefined ? plain : { ...plain, quorum: quorumOf(options.quorum, nodes, plain) }
  const failovers = crashTimes.map((atMs, index) => failoverOf(atMs, outages[index]!, index, nodes, options))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const operations = { ok: sum(series.ok), failed: sum(series.failed), unknown: sum(series.unknown), unsent: 0 }
  const p50 = outages.length === 0 ? null : outages[0]!
  const perTrial = Array.from({ length: trials }, (_, index) =>
    p50 === null ? [] : [index === 0 ? p50 : p50 * (0.85 + random() * 0.4)],
  )
  const durations = perTrial.flat().sort((a, b) => a - b)
  const spread = {
    trials,
    min: durations[0] ?? null,
    p50: durations[Math.floor(durations.length / 2)] ?? null,
    p95: durations.at(-1) ?? null,
    max: durations.at(-1) ?? null,
    ci95: trials >= 3 && p50 !== null ? ([p50 * 0.95, p50 * 1.06] as const) : null,
  }
  const write = latency(operations.ok * 0.7, world === 'sim' ? 1.9 : 2.4)
  const read = latency(operations.ok * 0.3, world === 'sim' ? 0.9 : 1.1)
  const perNode = Object.fromEntries(
    Object.keys(series.lagMs).map((node, index) => [
      node,
      { p50: 0.8 + index * 0.2, p99: 3.1 + index, max: 34 + index * 7, count: 8211 },
    ]),
  )
  const failing = options.failing === true
  const algorithms: Result['scenario']['algorithms'] = {
    timestamps: 'odd-even',
    quorum: 'majority',
    election: options.election ?? 'seer-score',
    failureThreshold: 1,
    weightRatio: 'largest',
  }
  const cluster: Result['scenario']['cluster'] = {
    protocol: 'mysql',
    nodes,
    timestampServers: 2,
    coordinators: 1,
    acknowledge: 'applied',
    semiSync: null,
    maxApplyBacklog: 5_000,
    zones: [],
  }
  return {
    schema: 'quorumlab.result/1',
    scenario: {
      name: 'primary-crash',
      file: 'scenarios/library/primary-crash.yaml',
      hash: '9f2c1e0d6a7b48c3915e2f7a0b4c8d6e1f3a5b7c9d0e2f4a6b8c0d1e3f5a7b9c',
      description: 'The source dies under load; how long until the first acknowledged write?',
      algorithms,
      cluster,
      ...describePolicies({ algorithms, cluster }),
      workload: {
        mode: 'open',
        arrivals: 'poisson',
        ratePerSec: 400,
        clients: 32,
        reads: 0.3,
        consistency: 'STRONG',
        keys: 1000,
        durationUs: durationS * 1e6,
        warmupUs: 3e6,
        deadlineUs: 3e6,
      },
    },
    world,
    seed,
    versions: { quorumlab: '0.1.0', node: '20.20.2', mysql: world === 'sim' ? null : '9.7.4' },
    machine: { cpu: 'AMD EPYC 7B13', cores: 2, memoryGb: 8, platform: 'linux x64' },
    startedAt: '2026-11-23T20:00:00.000Z',
    digest: world === 'sim' ? '5d41402abc4b2a76' : null,
    complete,
    coordinator: 'service',
    summary: {
      throughputOpsPerSec: operations.ok / durationS,
      offeredOpsPerSec: 400,
      operations,
      latencyMs: { read, write },
      lagMs: { p50: 0.9, p99: 3.4, max: 48, count: nodes > 1 ? 24_633 : 0, perNode },
      failovers,
      failoverMs: spread,
      clientOutageMs: { ...spread, ci95: null },
      lostEventual: 0,
      resolutionMs: 2.5,
      counters: world === 'sim' ? { events: 1_204_332, eventsPerOperation: 100.4 } : {},
    },
    trials: perTrial.map((failoverMs, index) => ({
      seed: seed + index,
      failoverMs,
      clientOutageMs: failoverMs,
      throughputOpsPerSec: 390 + random() * 5,
      writeP50Ms: write.p50,
      writeP99Ms: write.p99,
      lagP99Ms: 3 + random(),
      operations,
      checks: { 'acknowledged-writes-survive': 'pass' },
      digest: null,
    })),
    checks: [
      {
        name: 'acknowledged-writes-survive',
        verdict: failing ? 'fail' : 'pass',
        detail: failing
          ? '2 of 8,211 acknowledged STRONG writes are gone'
          : 'all 8,211 acknowledged STRONG writes are on the new source',
        evidence: failing
          ? [
              'operation 3991 (key 17): ok at 9.998 s with GTID 3e11fa47:1201, on no server at the end',
              'operation 3994 (key 2): ok at 9.999 s',
            ]
          : [],
        examined: 8211,
      },
      {
        name: 'timestamps-unique',
        verdict: 'pass',
        detail: 'no timestamp was given twice',
        evidence: [],
        examined: 8402,
      },
      {
        name: 'single-writer',
        verdict: 'pass',
        detail: 'one source per epoch acknowledged STRONG writes',
        evidence: ['epoch 1: node1, 3,402 writes', 'epoch 2: node3, 4,809 writes'],
        examined: 8211,
      },
      {
        name: 'replicas-converge',
        verdict: failing ? 'unknown' : 'pass',
        detail: failing ? 'node2 could not be read' : 'all servers hold the same 8,402 transactions',
        evidence: failing ? ['node2: connection refused'] : [],
        examined: nodes,
      },
    ],
    expectations: [
      { path: 'failoverMs.max', op: '<', limit: 3000, actual: p50, verdict: 'pass' },
      {
        path: 'checks',
        op: '==',
        limit: 'pass',
        actual: failing ? 'fail' : 'pass',
        verdict: failing ? 'fail' : 'pass',
      },
    ],
    series,
    distributions: { write: distribution(write), read: distribution(read) },
    faults: crashTimes.map((atMs, index) => faultOf(atMs, `node${index + 1}`, durationS)),
    events: eventsOf(failovers, nodes),
  }
}

function seriesOf(
  nodes: number,
  durationS: number,
  crashTimes: readonly number[],
  outages: readonly number[],
  random: () => number,
): Series {
  const intervalMs = 100
  const tMs = Array.from({ length: (durationS * 1000) / intervalMs }, (_, index) => index * intervalMs)
  const reignAt = (ms: number) => crashTimes.filter((atMs, index) => ms >= atMs + outages[index]!).length
  const outageAt = (ms: number) => crashTimes.some((atMs, index) => ms >= atMs && ms < atMs + outages[index]!)
  const offered = tMs.map(() => 34 + Math.floor(random() * 13))
  const out = tMs.map((ms) => outageAt(ms))
  const failed = offered.map((amount, index) => (out[index] ? Math.floor(amount * 0.7) : 0))
  const unknown = offered.map((amount, index) => (out[index] ? Math.floor(amount * 0.1) : 0))
  const percentile = (base: number, storm: number) =>
    tMs.map((ms) =>
      crashTimes.some((atMs, index) => ms >= atMs && ms < atMs + outages[index]!)
        ? ms % 200 === 0
          ? null
          : storm
        : base * (0.85 + random() * 0.3),
    )
  const names = Array.from({ length: nodes }, (_, index) => `node${index + 1}`)
  const sourceOf = (ms: number) => names[reignAt(ms) % nodes]!
  return {
    intervalMs,
    tMs,
    offered,
    ok: offered.map((amount, index) => amount - failed[index]! - unknown[index]!),
    failed,
    unknown,
    writeMs: { p50: percentile(1.9, 120), p90: percentile(3.1, 190), p99: percentile(5.5, 210) },
    readMs: { p50: percentile(0.9, 90), p90: percentile(1.4, 160), p99: percentile(2.6, 200) },
    lagMs: Object.fromEntries(
      (nodes > 1 ? names : []).map((node, place) => [
        node,
        tMs.map((ms) => (sourceOf(ms) === node || outageAt(ms) ? null : (0.8 + place * 0.5) * (0.6 + random() * 1.5))),
      ]),
    ),
    source: tMs.map((ms, index) => (out[index] ? null : sourceOf(ms))),
  }
}

/** The weights of ratio 2, handed round every two seconds; or all but one selected. Nobody counts without a source. */
function quorumOf(
  kind: 'weights' | 'selection',
  nodes: number,
  { tMs, source }: Series,
): NonNullable<Series['quorum']> {
  const turn = (ms: number) => Math.floor(ms / 2000)
  const total = 2 ** nodes - 1
  const share = Object.fromEntries(
    Array.from({ length: nodes }, (_, place) => [
      `node${place + 1}`,
      tMs.map((ms, row) => {
        if (source[row] === null) return null
        const rank = (place + turn(ms)) % nodes
        return kind === 'weights' ? Number((2 ** (nodes - 1 - rank) / total).toPrecision(3)) : Number(rank > 0)
      }),
    ]),
  )
  return { kind, share }
}

function failoverOf(atMs: number, outageMs: number, index: number, nodes: number, options: FixtureOptions): Failover {
  const winner = `node${((index + 1) % nodes) + 1}`
  const candidates = Array.from(
    { length: Math.max(1, nodes - 1) },
    (_, place) => `node${((index + 1 + place) % nodes) + 1}`,
  )
  return {
    startMs: atMs + 1.4,
    durationMs: outageMs,
    clientOutageMs: outageMs + 7,
    clientOutageStartMs: atMs + 3.9,
    oldSource: `node${(index % nodes) + 1}`,
    newSource: winner,
    epoch: index + 2,
    policy: options.election ?? 'seer-score',
    phases: {
      detect: outageMs * 0.55,
      decide: outageMs * 0.12,
      catchUp: outageMs * 0.02,
      promote: outageMs * 0.15,
      reroute: outageMs * 0.1,
      firstAck: outageMs * 0.06,
    },
    lostAcknowledged: options.failing ? 2 : 0,
    fault: index,
    reason: `crash node${index + 1} (source); latency 0.9 ms, lag 0 transactions, up 41 s, 0 crashes`,
    rankings: {
      'seer-score': candidates.map((node, place) => ({
        node,
        score: 0.65 - place * 0.02,
        reason: `latency ${(0.9 + place * 0.4).toFixed(1)} ms, lag ${place} transactions, up 41 s, 0 crashes`,
      })),
      'most-advanced': candidates
        .toReversed()
        .map((node, place) => ({ node, score: 12_402 - place, reason: `has ${12_402 - place} transactions` })),
    },
  }
}

function faultOf(atMs: number, node: string, durationS: number): FaultResult {
  return {
    atMs,
    kind: 'crash',
    target: [node],
    label: `crash ${node} (source)`,
    witness: { before: 'running', during: 'process gone', after: 'running', seenMs: atMs + 1.4 },
    healed: Math.min(durationS * 1000, atMs + 7000),
  }
}

function eventsOf(failovers: readonly Failover[], nodes: number): Result['events'] {
  const reign = (epoch: number, source: string, atUs: number): Result['events'][number] => ({
    kind: 'reign',
    epoch,
    source,
    sourceUuid: '3e11fa47-71ca-11e1-9e33-c80aa9429562',
    k: Math.floor(nodes / 2),
    marker: { uuid: '716c6162-0000-0001-0200-000000000000', number: 1 },
    target: '',
    atUs,
    process: 'coordinator',
  })
  return [
    reign(1, 'node1', -400_000),
    ...failovers.flatMap((failover): Result['events'][number][] => {
      const atUs = failover.startMs * 1000
      const end = (failover.durationMs ?? 0) * 1000
      return [
        {
          kind: 'suspected',
          node: failover.oldSource ?? 'node1',
          reason: 'two probes failed',
          atUs: atUs + end * 0.5,
          process: 'coordinator',
        },
        {
          kind: 'phase',
          epoch: failover.epoch,
          phase: 'detect',
          detail: '',
          atUs: atUs + end * 0.55,
          process: 'coordinator',
        },
        {
          kind: 'elected',
          epoch: failover.epoch,
          node: failover.newSource,
          policy: failover.policy,
          reason: failover.reason,
          rankings: failover.rankings,
          atUs: atUs + end * 0.7,
          process: 'coordinator',
        },
        reign(failover.epoch, failover.newSource, atUs + end * 0.85),
        {
          kind: 'rejoined',
          node: failover.oldSource ?? 'node1',
          epoch: failover.epoch,
          detail: 'no extra transactions',
          atUs: atUs + 8e6,
          process: 'coordinator',
        },
      ]
    }),
  ]
}

function latency(count: number, p50: number): LatencySummary {
  return {
    count: Math.floor(count),
    p50,
    p90: p50 * 1.7,
    p99: p50 * 3.2,
    p999: p50 * 40,
    max: p50 * 110,
    mean: p50 * 1.3,
  }
}

function distribution(summary: LatencySummary): { ms: number[]; fraction: number[] } {
  const points: [number, number][] = [
    [summary.p50 * 0.5, 0.01],
    [summary.p50 * 0.8, 0.25],
    [summary.p50, 0.5],
    [summary.p90, 0.9],
    [summary.p99, 0.99],
    [summary.p999, 0.999],
    [summary.max, 1],
  ]
  return { ms: points.map(([ms]) => ms), fraction: points.map(([, fraction]) => fraction) }
}

/** Nothing ran: every column empty. */
export function emptyFixture(): Result {
  const result = fixture({ crashes: 0 })
  const none = { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 }
  return {
    ...result,
    complete: false,
    summary: {
      ...result.summary,
      throughputOpsPerSec: 0,
      operations: { ok: 0, failed: 0, unknown: 0, unsent: 0 },
      latencyMs: { read: none, write: none },
      lagMs: { p50: 0, p99: 0, max: 0, count: 0, perNode: {} },
    },
    trials: [],
    checks: [],
    expectations: [],
    faults: [],
    events: [],
    distributions: { write: { ms: [], fraction: [] }, read: { ms: [], fraction: [] } },
    series: {
      intervalMs: 100,
      tMs: [],
      offered: [],
      ok: [],
      failed: [],
      unknown: [],
      writeMs: { p50: [], p90: [], p99: [] },
      readMs: { p50: [], p90: [], p99: [] },
      lagMs: {},
      source: [],
    },
  }
}

/** Every text that a file or a server may supply is an attempt to leave its place. */
export function hostileFixture(): Result {
  const evil = `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'">"'\`\${1}<!--`
  const long = `node-${'very-'.repeat(60)}long`
  const rename = (text: string) => text.replaceAll('node2', long).replaceAll('node3', evil)
  const hostile = JSON.parse(rename2(JSON.stringify(fixture({ failing: true })), rename)) as Result
  return {
    ...hostile,
    scenario: { ...hostile.scenario, name: evil, description: `${evil} ${long}`, file: `${evil}.yaml` },
    faults: hostile.faults.map((fault) => ({ ...fault, label: `${evil} ${long}` })),
    checks: hostile.checks.map((check) => ({ ...check, detail: evil, evidence: [evil, long] })),
    machine: { [evil]: evil },
  }
}

function rename2(text: string, rename: (text: string) => string): string {
  return JSON.stringify(
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') return rename(value)
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [rename(key), inner]))
      return value
    }),
  )
}

/** The result of the same run by other policies. */
export function withAlgorithms(result: Result, other: Partial<Result['scenario']['algorithms']>): Result {
  const chosen = { ...result.scenario, algorithms: { ...result.scenario.algorithms, ...other } }
  return { ...result, scenario: { ...chosen, ...describePolicies(chosen) } }
}
