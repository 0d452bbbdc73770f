/** A collector that tells of four servers that do not exist, so that what asks it can be tested without any. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DOWN_MS, type MetricsReply, type ReplicaMetrics } from '../../../real/services/measured.ts'

/** instance-1 leads; the higher its number, the slower and the further behind a replica. */
export function imaginedMetrics(
  change: (replica: ReplicaMetrics) => Partial<ReplicaMetrics> = () => ({}),
): MetricsReply {
  const replicas = [1, 2, 3, 4].map((n): ReplicaMetrics => {
    const healthy: ReplicaMetrics = {
      ...{ replica_id: `instance-${n}`, latency_ms: n, replication_lag: n - 1, uptime_seconds: 100, crash_count: 0 },
      ...{ last_updated: new Date(0).toISOString(), is_healthy: true, is_master: n === 1 },
      ...{ lag_transactions: n - 1, held_transactions: 100 - n, detail: '' },
    }
    return { ...healthy, ...change(healthy) }
  })
  return { replicas, master_timestamp: 100 }
}

export const DOWN: Partial<ReplicaMetrics> = {
  ...{ is_healthy: false, latency_ms: DOWN_MS, uptime_seconds: 0, detail: 'gone' },
}

export async function withImaginedCollector(
  reply: () => MetricsReply,
  body: (port: number) => Promise<void>,
): Promise<void> {
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await body((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
