/** The cluster at a moment of a run: who reigns, who follows, who is away; from decisions and faults alone. */
import type { RankedCandidate, TraceEvent } from '../../../algorithms/trace.ts'
import type { NodeState, Topology } from '../../services/wire.ts'
import { type Trouble, troublesAt } from './faults-at.ts'
import type { RecordedRun } from './recorded-run.ts'
import { lagAt, lastRowAt } from './samples-at.ts'

interface Known {
  epoch: number
  source: string | null
  sourceSinceMs: number
  k: number
  busy: string | null
  target: string
  uuids: Map<string, string>
  suspected: Map<string, string>
  quarantined: Map<string, string>
  away: Set<string>
  crashes: Map<string, number>
  quorum: Extract<TraceEvent, { kind: 'quorum' }> | null
  elected: Extract<TraceEvent, { kind: 'elected' }> | null
}

export function topologyAt(run: RecordedRun, atMs: number): Topology {
  const known = knownAt(run, atMs)
  const troubles = troublesAt(run.faults, atMs)
  const { quorum, elected } = known
  const rankings: Readonly<Record<string, readonly RankedCandidate[]>> = elected?.rankings ?? {}
  const policy = elected?.policy ?? run.algorithms.election
  return {
    epoch: known.epoch,
    source: known.source,
    sourceSinceMs: known.sourceSinceMs,
    k: known.k,
    quorumNeeded: quorum?.needed ?? known.k,
    acknowledge: run.acknowledge,
    algorithms: run.algorithms,
    mode: 'automatic',
    standBackUntilMs: null,
    busy: known.busy,
    gate: 'open',
    quorum: {
      members: quorum?.members ?? run.nodes.filter((node) => node !== known.source),
      needed: quorum?.needed ?? known.k,
      weights: quorum?.weights?.each ?? null,
      threshold: quorum?.weights?.threshold ?? null,
      from: 'local',
      ageMs: quorum === null ? 0 : Math.max(0, atMs - quorum.atUs / 1000),
      reason: null,
    },
    ranking: {
      policy,
      from: 'local',
      ageMs: elected === null ? 0 : Math.max(0, atMs - elected.atUs / 1000),
      reason: elected === null ? null : `as of the election of epoch ${elected.epoch}`,
      candidates: rankings[policy] ?? [],
      others: rankings,
    },
    nodes: run.nodes.map((node) => nodeAt(run, node, known, troubles.get(node), atMs)),
  }
}

function knownAt(run: RecordedRun, atMs: number): Known {
  const known: Known = {
    epoch: 0,
    source: null,
    sourceSinceMs: 0,
    k: 0,
    busy: null,
    target: '',
    uuids: new Map(),
    suspected: new Map(),
    quarantined: new Map(),
    away: new Set(),
    crashes: new Map(),
    quorum: null,
    elected: null,
  }
  for (const event of run.events) {
    if (event.atUs / 1000 > atMs) break
    learn(known, event)
  }
  for (const { kind, target, atMs: hitMs } of run.faults)
    if (hitMs <= atMs && (kind === 'crash' || kind === 'power-loss'))
      for (const node of target) known.crashes.set(node, (known.crashes.get(node) ?? 0) + 1)
  return known
}

function learn(known: Known, event: TraceEvent): void {
  switch (event.kind) {
    case 'suspected':
      known.suspected.set(event.node, event.reason)
      break
    case 'cleared':
      known.suspected.delete(event.node)
      break
    case 'phase':
      known.busy = event.phase === 'serving' ? null : event.phase
      break
    case 'refused':
      known.busy = null
      break
    case 'elected':
      known.elected = event
      break
    case 'reign':
      if (known.source !== null && known.source !== event.source) known.away.add(known.source)
      known.epoch = event.epoch
      known.source = event.source
      known.sourceSinceMs = event.atUs / 1000
      known.k = event.k
      known.target = event.target
      known.uuids.set(event.source, event.sourceUuid)
      known.away.delete(event.source)
      known.suspected.delete(event.source)
      break
    case 'threshold':
      if (event.inEffect) known.k = event.k
      break
    case 'rejoined':
      known.away.delete(event.node)
      known.suspected.delete(event.node)
      known.quarantined.delete(event.node)
      break
    case 'quarantined':
      known.quarantined.set(event.node, event.extras)
      break
    case 'rebuilt':
      known.uuids.set(event.node, event.uuid)
      break
    case 'quorum':
      known.quorum = event
      break
  }
}

function nodeAt(run: RecordedRun, node: string, known: Known, trouble: Trouble | undefined, atMs: number): NodeState {
  const isSource = node === known.source
  const isDown = trouble?.state === 'down'
  const isQuarantined = known.quarantined.has(node)
  const role = isDown ? 'down' : isQuarantined ? 'quarantined' : isSource ? 'source' : 'replica'
  const healthy = trouble === undefined && !isQuarantined && !known.suspected.has(node) && !known.away.has(node)
  const row = lastRowAt(run.series, atMs)
  const place = known.quorum?.members.indexOf(node) ?? -1
  const score = known.elected?.rankings[known.elected.policy]?.find((one) => one.node === node)?.score ?? null
  const { crashes } = known
  const follows = !isSource && !isDown && !known.away.has(node)
  return {
    id: node,
    node,
    host: node,
    port: 0,
    role,
    healthy,
    latencyMs: latencyIn(known.elected?.rankings, node),
    lagTransactions: 0,
    lagMs: isSource || isDown || row === null || run.series === null ? null : (lagAt(run.series, row)[node] ?? null),
    uptimeSeconds: Math.max(0, Math.round((atMs - upSince(run, node, atMs)) / 1000)),
    crashes: crashes.get(node) ?? 0,
    executed: isSource ? known.target : '',
    retrieved: '',
    errant: known.quarantined.get(node) ?? '',
    promised: known.epoch,
    receiver: follows ? 'running' : 'stopped',
    applier: follows ? 'running' : 'stopped',
    readOnly: !isSource,
    serverUuid: known.uuids.get(node) ?? '',
    weight: place < 0 ? null : (known.quorum?.weights?.each[place] ?? null),
    score,
    seenAtMs: atMs,
  }
}

/** A result keeps no round trips over time; the election's view of them is the last that is known. */
function latencyIn(rankings: Readonly<Record<string, readonly RankedCandidate[]>> | undefined, node: string): number {
  const found = rankings?.['lowest-rtt']?.find((one) => one.node === node)
  return found === undefined ? Number.NaN : Math.abs(found.score)
}

function upSince(run: RecordedRun, node: string, atMs: number): number {
  let sinceMs = run.startMs
  for (const { kind, target, healed } of run.faults)
    if (
      target.includes(node) &&
      (kind === 'crash' || kind === 'stop' || kind === 'power-loss') &&
      healed !== null &&
      healed <= atMs
    )
      sinceMs = Math.max(sinceMs, healed)
  return sinceMs
}
