/** The system as the dashboard shows it: made from the coordinator's overview, and nothing is asked of any server here. */
import type { MemberOverview, Overview } from '../../../algorithms/failover/overview.ts'
import type { CoordinatorRequests, ReplyOf } from '../../../algorithms/servers.ts'
import type { SystemConfig } from '../config.ts'
import type { NodeState, QuorumState, RankingState, Topology } from '../wire.ts'
import { type ClusterState, DOWN_LATENCY_MS, isHealthy } from './cluster-state.ts'
import { modeText } from './failover-calls.ts'
import { rounded } from './level-metrics.ts'

type Status = ReplyOf<CoordinatorRequests, 'status'>
type DryRunReply = ReplyOf<CoordinatorRequests, 'dryRun'>
type Opinion = Pick<QuorumState, 'ageMs' | 'reason'>

export interface ViewParts {
  readonly config: SystemConfig
  readonly cluster: ClusterState
  readonly status: Status
  readonly dry: DryRunReply
  readonly busy: string | null
  readonly quorumFrom: Opinion & { readonly from: QuorumState['from'] }
  readonly rankingFrom: Opinion & { readonly from: RankingState['from'] }
  /** By node. */
  readonly lagMs: ReadonlyMap<string, number | null>
}

/** Wall clock of a moment of the coordinator's. */
const wallMs = (overview: Overview, us: number) => Math.round(Date.now() - (overview.nowUs - us) / 1_000)

export function topologyOf(parts: ViewParts): Topology {
  const { cluster, config, status, dry, busy } = parts
  const overview = cluster.overview()
  const { reign } = overview
  const { standBackLeftUs, automatic } = status.mode
  const isMoving = overview.isMoving ? 'the source is being moved' : null
  const takesOver = overview.takingOver ? 'a take-over is under way' : null
  return {
    epoch: overview.epoch,
    source: reign === null ? null : cluster.instance(reign.source).id,
    sourceSinceMs: reign === null ? Date.now() : wallMs(overview, reign.startedUs),
    k: reign?.k ?? dry.k,
    quorumNeeded: reign?.needed ?? dry.k,
    acknowledge: config.acknowledge,
    algorithms: config.algorithms,
    mode: modeText(automatic),
    standBackUntilMs: standBackLeftUs === null ? null : Date.now() + Math.round(standBackLeftUs / 1_000),
    busy: busy ?? isMoving ?? takesOver,
    gate: overview.isHeld ? 'held' : 'open',
    quorum: quorumOf(parts, overview),
    ranking: rankingOf(parts),
    nodes: overview.members.map((member) => nodeOf(parts, overview, member)),
  }
}

function quorumOf({ cluster, quorumFrom, config }: ViewParts, { reign, members }: Overview): QuorumState {
  const idOf = (node: string) => cluster.instance(node).id
  const waited = reign?.members ?? members.filter(({ node }) => node !== reign?.source).map(({ node }) => node)
  const { weights } = reign ?? { weights: null }
  return {
    ...quorumFrom,
    members: waited.map(idOf),
    needed: reign?.needed ?? 0,
    weights: weights && config.members.map(({ name }) => weights.each[weights.ranking.indexOf(name)] ?? 0),
    threshold: weights?.threshold ?? null,
  }
}

function rankingOf({ rankingFrom, dry, config }: ViewParts): RankingState {
  const policy = config.algorithms.election
  const { [policy]: deciding = dry.order, ...others } = dry.rankings
  return { ...rankingFrom, policy, candidates: deciding, others }
}

function nodeOf({ cluster, config, dry, lagMs }: ViewParts, overview: Overview, member: MemberOverview): NodeState {
  const { node, state } = member
  const { id, host } = cluster.instance(node)
  const { reign } = overview
  const rank = reign?.weights?.ranking.indexOf(node) ?? -1
  const answers = member.probe === 'answered'
  const candidate = dry.rankings[config.algorithms.election]?.find((ranked) => ranked.node === node)
  return {
    ...{ id, node, host },
    port: config.members.find(({ name }) => name === node)!.port,
    role: !answers ? 'down' : member.quarantined ? 'quarantined' : reign?.source === node ? 'source' : 'replica',
    healthy: isHealthy(member),
    latencyMs: answers ? rounded(member.latencyUs / 1_000) : DOWN_LATENCY_MS,
    lagTransactions: member.lag,
    lagMs: answers ? (lagMs.get(node) ?? null) : null,
    uptimeSeconds: answers && state !== null ? Math.round(state.uptimeUs / 1e6) : 0,
    crashes: member.crashes,
    executed: state?.executed.toString() ?? '',
    retrieved: state?.retrieved.toString() ?? '',
    errant: member.errant.toString(),
    promised: state?.promised ?? 0,
    receiver: answers ? (state?.receiver ?? 'stopped') : 'stopped',
    applier: answers ? (state?.applier ?? 'stopped') : 'stopped',
    readOnly: state?.superReadOnly ?? true,
    serverUuid: state?.uuid ?? '',
    weight: rank < 0 ? null : (reign!.weights!.each[rank] ?? null),
    score: candidate?.score ?? null,
    seenAtMs: member.stateAgeUs === null ? 0 : Math.round(Date.now() - member.stateAgeUs / 1_000),
  }
}
