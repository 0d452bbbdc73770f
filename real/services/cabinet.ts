/**
 * The Cabinet service: whom a write would wait for now. A face over `algorithms/quorum/`; what it decides by is the
 * collector's, and the last good metrics go on serving while that is down.
 */
import { type ChosenQuorum, chosenQuorum } from '../../algorithms/quorum/chosen-quorum.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import type { ReplicaView } from '../../algorithms/quorum/policy.ts'
import type { QuorumKind } from '../../algorithms/quorum/policy-kind.ts'
import type { ServiceName, SystemConfig } from './config.ts'
import { CallFailure } from './http/failures.ts'
import type { LogStream } from './http/log.ts'
import { close, createService, listen, type ServiceFace } from './http/server.ts'
import { viewsOf } from './measured.ts'
import { MetricsFeed } from './metrics-feed.ts'
import { namedPolicy } from './named-policy.ts'
import type { RunningService } from './service.ts'

const POLICIES: Readonly<Record<string, QuorumKind>> = QUORUM_POLICIES

interface Selection {
  /** For whom; a quorum is the same for all of them, clients send it. */
  readonly operation?: unknown
  readonly algorithm?: string | null
  /** Only these may be chosen; who is not known here is not missed. */
  readonly replicas?: unknown
}

const BODY = {
  type: 'object',
  properties: {
    operation: { description: 'ignored: a quorum is the same for all operations' },
    algorithm: {
      ...{ type: 'string', nullable: true, examples: ['cabinet'] },
      description: `one of ${Object.keys(POLICIES).join(', ')}`,
    },
    replicas: {
      description: 'a list of instance ids: only these may be chosen',
      examples: [['instance-2', 'instance-3']],
    },
  },
} as const

export async function startCabinetService(
  name: ServiceName,
  config: SystemConfig,
  log: LogStream,
): Promise<RunningService> {
  const face: ServiceFace = {
    ...{ name, config, log, cors: true },
    title: 'quorumlab Cabinet service',
    description: 'Whose acknowledgements a write would wait for now, with weights, scores and the other policies',
  }
  const { app } = await createService(face)
  const feed = new MetricsFeed(config)
  const { algorithms, members } = config
  const chosenBy = (kind: QuorumKind, replicas: readonly ReplicaView[]) =>
    chosenQuorum(kind.make(algorithms), replicas, members.length)

  app.get('/health', { config: { open: true }, schema: { summary: 'Does it serve?' } }, async () => ({
    ...{ status: 'healthy', service: name, ...feed.freshness },
  }))
  app.post<{ Body: Selection }>(
    '/select-quorum',
    { schema: { summary: 'Whom a write would wait for', body: BODY } },
    async ({ body }) => {
      const kind = namedPolicy(POLICIES, body.algorithm ?? algorithms.quorum)
      const { latest } = feed
      if (typeof latest === 'string') throw new CallFailure(503, latest)
      const all = viewsOf(latest.metrics.replicas)
      const source = latest.metrics.replicas.find(({ is_master }) => is_master)?.replica_id ?? null
      const replicas = allowed(body.replicas, all).filter(({ node }) => node !== source)
      if (!replicas.some(({ healthy }) => healthy)) throw new CallFailure(503, 'no replica is healthy')
      const chosen = chosenBy(kind, replicas)
      const others = Object.values(POLICIES).filter((other) => other !== kind)
      return {
        ...quorumOf(chosen),
        total_replicas: replicas.length,
        algorithm: kind.name,
        master: source,
        threshold: chosen.threshold,
        is_weighted: chosen.isWeighted,
        weights: {
          ...(source === null ? {} : { [source]: chosen.sourceWeight }),
          ...Object.fromEntries(chosen.ranking.map(({ view, weight }) => [view.node, weight])),
        },
        scores: Object.fromEntries(chosen.ranking.map(({ view, score }) => [view.node, score])),
        ranking: chosen.ranking.map(({ view, score, weight, isChosen }, rank) => ({
          ...{ rank: rank + 1, replica_id: view.node, selected: isChosen, is_healthy: view.healthy, weight, score },
          ...{ latency_ms: view.latencyUs / 1_000, lag_transactions: view.lag },
        })),
        others: Object.fromEntries(others.map((other) => [other.name, quorumOf(chosenBy(other, replicas))])),
        ...feed.freshness,
      }
    },
  )
  await feed.start()
  const port = await listen(app, face)
  return {
    port,
    async close() {
      feed.close()
      await close(app)
    },
  }
}

function quorumOf({ ranking, needed, isReached }: ChosenQuorum) {
  const quorum = ranking.filter(({ isChosen }) => isChosen).map(({ view }) => view.node)
  return { quorum, quorum_size: quorum.length, needed, reached: isReached }
}

/** Clients of the original send lists of their own: what names nobody here restricts nothing. */
function allowed(wanted: unknown, views: readonly ReplicaView[]): readonly ReplicaView[] {
  const named = Array.isArray(wanted) ? views.filter(({ node }) => wanted.includes(node)) : []
  return named.length === 0 ? views : named
}
