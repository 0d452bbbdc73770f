/** What anybody may look at, as often as they like. */
import type { FastifyInstance } from 'fastify'
import type { Asking } from './asking.ts'
import type { ClusterState } from './cluster-state.ts'
import type { LevelMetrics } from './level-metrics.ts'

interface StatusParts {
  readonly asking: Asking
  readonly cluster: ClusterState
  readonly metrics: LevelMetrics
}

export function serveStatus(app: FastifyInstance, { asking, cluster, metrics }: StatusParts): void {
  app.get('/health', { config: { open: true }, schema: { summary: 'Does it serve?' } }, async () => ({
    status: 'healthy',
    service: 'coordinator',
  }))
  app.get('/status', { schema: { summary: 'Who is the source, and who decides about the next one' } }, async () => {
    const { mode, state, epoch } = await asking.ask({ kind: 'status' })
    const { standBackLeftUs } = mode
    return {
      ...cluster.topology(),
      replication_mode: 'binlog',
      master_is_original: cluster.source.member === 0,
      state,
      epoch,
      mode: mode.automatic ? 'automatic' : 'manual',
      stand_back: standBackLeftUs !== null,
      stand_back_seconds_left: standBackLeftUs === null ? 0 : Math.ceil(standBackLeftUs / 1e6),
    }
  })
  app.get('/admin/topology', { schema: { summary: 'The source and its replicas' } }, async () => cluster.topology())
  app.get('/consistency-metrics', { schema: { summary: 'How operations went, by level' } }, async () =>
    metrics.byLevel(),
  )
}
