/** The calls of the services that act on nothing, and how to have them without a MySQL server. */

import { imaginedMetrics, withImaginedCollector } from '../real/services/imagined-collector.ts'
import { withServices } from '../real/services/service-child.ts'
import { systemConfig } from '../real/services/system-config.ts'
import { fuzzService } from './fuzz-service.ts'
import type { FuzzedCall } from './requests.ts'

const IDS = ['instance-1', 'instance-2', 'instance-9']
const TIMESTAMP_CALLS: readonly FuzzedCall[] = [
  { method: 'GET', path: '/timestamp', fields: {} },
  { method: 'POST', path: '/tick', fields: { counter: [0, 1, 10 ** 6], count: [1, 3, 1_000, 1_001] } },
  { method: 'POST', path: '/reset', fields: {} },
  { method: 'GET', path: '/health', fields: {} },
]
const CALLS = {
  'timestamp-1': TIMESTAMP_CALLS,
  metrics: [
    { method: 'GET', path: '/metrics', fields: {} },
    { method: 'GET', path: '/metrics/instance-1', fields: {} },
    { method: 'GET', path: '/table-timestamps', fields: {} },
    { method: 'GET', path: '/health', fields: {} },
  ],
  cabinet: [
    {
      method: 'POST',
      path: '/select-quorum',
      fields: {
        operation: ['read', 'write'],
        algorithm: ['cabinet', 'cabinet-top', 'majority', 'cabinnet', 'hasOwnProperty'],
        replicas: [IDS, ['instance-3']],
      },
    },
    { method: 'GET', path: '/health', fields: {} },
  ],
  seer: [
    {
      method: 'POST',
      path: '/elect-leader',
      fields: { exclude_replicas: [IDS, []], algorithm: ['seer', 'seer-score', 'uniform', 'best-known', 'sear'] },
    },
    { method: 'GET', path: '/health', fields: {} },
  ],
} as const satisfies Record<string, readonly FuzzedCall[]>

/** `count` requests in all; `onService` is told what each service answered, by status. */
export async function fuzzSmallServices(
  directory: string,
  count: number,
  seed: number,
  onService: (service: string, statuses: ReadonlyMap<number, number>) => void,
): Promise<void> {
  const names = Object.keys(CALLS) as (keyof typeof CALLS)[]
  await withImaginedCollector(imaginedMetrics, async (collector) => {
    const config = systemConfig(directory)
    const metrics = { host: '127.0.0.1', port: collector }
    const fed = { ...config, services: { ...config.services, metrics } }
    // The collector itself runs, too, and finds none of its servers.
    await withServices(config, (own) =>
      withServices(fed, async (services) => {
        for (const name of names) {
          const of = name === 'metrics' ? own : services
          const port = await of.start(name)
          onService(name, await fuzzService({ port, calls: CALLS[name], count: Math.ceil(count / names.length), seed }))
        }
      }),
    )
  })
}
