/** The metrics collector: what it measured, as JSON for the other services and as text for Prometheus. */
import { Gauge, type Registry } from 'prom-client'
import { Collector } from './collector.ts'
import type { ServiceName, SystemConfig } from './config.ts'
import { CallFailure } from './http/failures.ts'
import type { LogStream } from './http/log.ts'
import { close, createService, listen, type ServiceFace } from './http/server.ts'
import type { MetricsReply, ReplicaMetrics } from './measured.ts'
import type { RunningService } from './service.ts'

const REPLICA = {
  type: 'object',
  properties: {
    replica_id: { type: 'string' },
    latency_ms: { type: 'number', description: '9999 for a server that is down' },
    replication_lag: { type: 'integer', description: "timestamps: the source's newest minus its own" },
    uptime_seconds: { type: 'integer' },
    crash_count: { type: 'integer' },
    last_updated: { type: 'string', format: 'date-time' },
    is_healthy: { type: 'boolean' },
    is_master: { type: 'boolean' },
    lag_transactions: { type: 'integer' },
    held_transactions: { type: 'integer' },
    detail: { type: 'string' },
  },
} as const

const METRICS = {
  type: 'object',
  properties: { replicas: { type: 'array', items: REPLICA }, master_timestamp: { type: 'integer' } },
} as const

export async function startMetricsService(
  name: ServiceName,
  config: SystemConfig,
  log: LogStream,
): Promise<RunningService> {
  const face: ServiceFace = {
    ...{ name, config, log, cors: true },
    title: 'quorumlab metrics collector',
    description: 'Latency, lag, uptime and crashes of all MySQL servers, measured on connections of its own',
  }
  const { app, registry } = await createService(face)
  const collector = new Collector(config)
  app.get('/health', { config: { open: true }, schema: { summary: 'Does it serve?' } }, async () => ({
    ...{ status: 'healthy', service: name, replicas_tracked: collector.tracked },
  }))
  app.get('/metrics', { schema: { summary: 'All servers', response: { 200: METRICS } } }, async () =>
    collector.metrics(),
  )
  app.get<{ Params: { id: string } }>(
    '/metrics/:id',
    { schema: { summary: 'One server', response: { 200: REPLICA } } },
    async ({ params: { id } }) => {
      const { replicas } = collector.metrics()
      const found = replicas.find(({ replica_id }) => replica_id === id)
      if (found !== undefined) return found
      throw new CallFailure(404, `there is no ${id}, only ${replicas.map(({ replica_id }) => replica_id).join(', ')}`)
    },
  )
  app.get('/table-timestamps', { schema: { summary: 'The newest timestamp of each table on each server' } }, async () =>
    collector.tableTimestamps(),
  )
  exportGauges(registry, () => collector.metrics())
  await collector.start()
  const port = await listen(app, face)
  return {
    port,
    async close() {
      collector.close()
      await close(app)
    },
  }
}

/** Read when Prometheus asks. */
function exportGauges(registry: Registry, metrics: () => MetricsReply): void {
  const gauges: readonly (readonly [name: string, help: string, value: (replica: ReplicaMetrics) => number])[] = [
    ['up', '1 while it answers', (replica) => Number(replica.is_healthy)],
    ['source', '1 for the source', (replica) => Number(replica.is_master)],
    ['latency_seconds', "A probe's round trip, smoothed", (replica) => replica.latency_ms / 1_000],
    ['lag_timestamps', "The source's newest timestamp minus its own", (replica) => replica.replication_lag],
    ['lag_transactions', 'Transactions of the source not executed here', (replica) => replica.lag_transactions],
    ['uptime_seconds', 'Since its start; 0 while it is down', (replica) => replica.uptime_seconds],
    ['crashes', 'Times it was started again', (replica) => replica.crash_count],
  ]
  for (const [name, help, value] of gauges)
    new Gauge({
      name: `quorumlab_instance_${name}`,
      help,
      labelNames: ['instance'],
      registers: [registry],
      collect() {
        for (const replica of metrics().replicas) this.set({ instance: replica.replica_id }, value(replica))
      },
    })
}
