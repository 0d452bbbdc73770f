/**
 * The SEER service: who should lead next. A face over `algorithms/election/`; it has an opinion and nothing to say: what
 * makes any choice safe is the take-over.
 */
import { ELECTION_POLICIES, type ElectionName, electionsOf } from '../../algorithms/election/policies.ts'
import type { ElectionKind, ElectionPolicy } from '../../algorithms/election/policy.ts'
import type { RankedCandidate } from '../../algorithms/trace.ts'
import { DEFAULT_SEER } from '../../scenarios/scenario.ts'
import type { ServiceName, SystemConfig } from './config.ts'
import { CallFailure } from './http/failures.ts'
import type { LogStream } from './http/log.ts'
import { close, createService, listen, type ServiceFace } from './http/server.ts'
import { viewsOf } from './measured.ts'
import { MetricsFeed } from './metrics-feed.ts'
import { namedPolicy } from './named-policy.ts'
import type { RunningService } from './service.ts'

const POLICIES: Readonly<Record<string, ElectionKind>> = ELECTION_POLICIES

interface ElectionCall {
  readonly exclude_replicas?: readonly unknown[] | null
  readonly algorithm?: string | null
}

const BODY = {
  type: 'object',
  properties: {
    exclude_replicas: {
      ...{ type: 'array', items: {}, nullable: true, examples: [['instance-3']] },
      description: 'ids of instances that may not win',
    },
    algorithm: {
      ...{ type: 'string', nullable: true, examples: ['seer'] },
      description: `one of ${Object.keys(POLICIES).join(', ')}`,
    },
  },
} as const

export async function startSeerService(
  name: ServiceName,
  config: SystemConfig,
  log: LogStream,
): Promise<RunningService> {
  const face: ServiceFace = {
    ...{ name, config, log, cors: true },
    title: 'quorumlab SEER service',
    description: 'Who should lead next, with the whole ranking, its reasons, and whom the other policies prefer',
  }
  const { app } = await createService(face)
  const feed = new MetricsFeed(config)

  app.get('/health', { config: { open: true }, schema: { summary: 'Does it serve?' } }, async () => ({
    ...{ status: 'healthy', service: name, ...feed.freshness },
  }))
  app.post<{ Body: ElectionCall }>(
    '/elect-leader',
    { schema: { summary: 'Who should lead next', body: BODY } },
    async ({ body }) => {
      const kind = namedPolicy(POLICIES, body.algorithm ?? config.algorithms.election)
      if (kind.isClairvoyant)
        throw new CallFailure(422, `${kind.name} knows what nobody can measure: only the simulator has it`)
      const { latest } = feed
      if (typeof latest === 'string') throw new CallFailure(503, latest)
      const { replicas } = latest.metrics
      const excluded = body.exclude_replicas ?? []
      const barred = new Map(
        replicas.flatMap(({ replica_id: id, is_healthy, is_master, detail }) => {
          const why = excluded.includes(id)
            ? 'excluded by the caller'
            : !is_healthy
              ? `not healthy: ${detail}`
              : is_master
                ? 'leads now'
                : null
          return why === null ? [] : [[id, why] as const]
        }),
      )
      // Chance comes to the policies as data, the same for all of them.
      const candidates = viewsOf(replicas).map((view) => ({ ...view, draw: Math.random(), trueDelayUs: null }))
      const { deciding, all } = electionsOf(kind.name as ElectionName, { seer: DEFAULT_SEER }, false)
      const rank = (policy: ElectionPolicy) => policy.rank(candidates)
      const ranking = rank(deciding)
      const winner = ranking.find(({ node }) => !barred.has(node))
      if (winner === undefined)
        throw new CallFailure(503, 'nobody is eligible', {
          barred: Object.fromEntries(barred),
          ...feed.freshness,
        })
      const measured = replicas.find(({ replica_id }) => replica_id === winner.node)!
      return {
        ...{ leader_id: winner.node, score: winner.score, reason: winner.reason, algorithm: kind.name },
        // A policy that learns is fed where writes are: the coordinator's own knows better than this one.
        has_learnt: !kind.learns,
        ...{ latency_ms: measured.latency_ms, uptime_seconds: measured.uptime_seconds },
        ...{ replication_lag: measured.replication_lag, crash_count: measured.crash_count },
        ranking: told(ranking, barred),
        others: Object.fromEntries(
          all
            .filter((policy) => policy !== deciding)
            .map((policy) => {
              const opinion = rank(policy)
              const leader = opinion.find(({ node }) => !barred.has(node))
              return [policy.name, { leader_id: leader?.node ?? winner.node, ranking: told(opinion, barred) }]
            }),
        ),
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

/** Best first, those who may not win where their score puts them. */
function told(ranking: readonly RankedCandidate[], barred: ReadonlyMap<string, string>) {
  return ranking.map(({ node, score, reason }, rank) => ({
    ...{ rank: rank + 1, replica_id: node, score, reason },
    ...{ eligible: !barred.has(node), barred_because: barred.get(node) ?? null },
  }))
}
