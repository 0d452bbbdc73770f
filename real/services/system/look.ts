/** What is seen of a system from outside, by its record. */
import { HealthProber } from '../health.ts'
import type { ServiceState } from '../wire.ts'
import type { SystemRecord } from './system-file.ts'

const DEADLINE_MS = 1_500

/** `processes` is asked at each look; the record's own are those of when it was written. */
export function proberOf(
  addresses: SystemRecord['addresses'],
  processes: () => SystemRecord['processes'],
): HealthProber {
  const all = Object.entries(addresses)
  const isServer = (name: string) => /^node\d+$/.test(name)
  return new HealthProber({
    members: all.filter(([name]) => isServer(name)).map(([name, address]) => ({ name, ...address })),
    services: Object.fromEntries(all.filter(([name]) => !isServer(name))),
    processes: async () => processes(),
  })
}

export function lookAtSystem({ addresses, processes }: SystemRecord): Promise<readonly ServiceState[]> {
  return proberOf(addresses, () => processes).look()
}

/** `instance-2`, as the coordinator says; null: it does not. */
export async function sourceOf({ addresses }: Pick<SystemRecord, 'addresses'>): Promise<string | null> {
  return (await topologyOf(addresses))?.source ?? null
}

/** Who follows whom, as the coordinator says; null: it does not. */
export async function topologyOf(
  addresses: SystemRecord['addresses'],
): Promise<{ readonly source: string; readonly replicas: number } | null> {
  const { coordinator } = addresses
  if (coordinator === undefined) return null
  try {
    const url = `http://${coordinator.host}:${coordinator.port}/status`
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) })
    if (!response.ok) return null
    const { current_master, current_replicas } = (await response.json()) as {
      readonly current_master: { readonly id: string }
      readonly current_replicas: readonly unknown[]
    }
    return { source: current_master.id, replicas: current_replicas.length }
  } catch {
    return null
  }
}
