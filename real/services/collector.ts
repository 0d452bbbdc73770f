/**
 * Looks at all MySQL servers on connections of its own, whatever the coordinator thinks, and says what policies judge
 * by. Who the source is it learns from the servers, too: the newest epoch's row names it.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EMPTY_GTID_SET, type GtidSet } from '../../algorithms/gtid-set.ts'
import { writePrivately } from '../drivers/private-file.ts'
import type { SystemConfig } from './config.ts'
import { InstanceProbe, type Reading, type RememberedStart, TABLES } from './instance-probe.ts'
import { instancesOf } from './instances.ts'
import { DOWN_MS, type MetricsReply, type ReplicaMetrics } from './measured.ts'

const INTERVAL_MS = 500

interface TableTimestamps {
  readonly id: string
  readonly host: string
  readonly global_timestamp: number
  readonly table_timestamps: Readonly<Record<string, number>>
  readonly global_lag: number
  readonly table_lag: Readonly<Record<string, number>>
}

export class Collector {
  readonly #instances: ReturnType<typeof instancesOf>
  readonly #probes: readonly InstanceProbe[]
  readonly #memory: string
  #remembered = ''
  #timers: NodeJS.Timeout[] = []
  #closed = false

  constructor(config: SystemConfig) {
    mkdirSync(config.stateDirectory, { recursive: true, mode: 0o700 })
    this.#instances = instancesOf(config.members)
    this.#memory = join(config.stateDirectory, 'metrics.json')
    const starts = readStarts(this.#memory)
    this.#probes = this.#instances.map(({ id, member }) => new InstanceProbe(config, member, starts[id] ?? null))
  }

  /** Settles when each server has answered once or had its time. */
  async start(): Promise<void> {
    await Promise.all(this.#probes.map((probe) => probe.probe()))
    this.#remember()
    for (const probe of this.#probes) this.#loop(probe)
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const probe of this.#probes) probe.close()
  }

  get tracked(): number {
    return this.#probes.length
  }

  metrics(): MetricsReply {
    const source = this.#sourceMember()
    const master = source === null ? null : this.#probes[source]!
    const newest = this.#newestTimestamp(source)
    // While the source is away, what anybody holds is what may have to be caught up with.
    const target = master?.trouble === null ? master.reading!.state.executed : this.#unionHeld()
    return {
      master_timestamp: newest,
      replicas: this.#probes.map((probe, member) => this.#metricsOf(probe, member, source, newest, target)),
    }
  }

  tableTimestamps(): { readonly master: object; readonly instances: readonly TableTimestamps[] } {
    const source = this.#sourceMember()
    const global = this.#newestTimestamp(source)
    const master = source === null ? null : this.#probes[source]!.reading
    const newest = Object.fromEntries(
      TABLES.map((table) => [
        table,
        master?.tables[table] ?? Math.max(0, ...this.#probes.map(({ reading }) => reading?.tables[table] ?? 0)),
      ]),
    )
    const first = this.#instances[source ?? 0]!
    return {
      master: { id: first.id, host: first.host, global_timestamp: global, table_timestamps: newest },
      instances: this.#instances.map(({ id, host, member }) => {
        const own = this.#probes[member]!.reading
        const lag = TABLES.map((table) => [table, Math.max(0, newest[table]! - (own?.tables[table] ?? 0))])
        return {
          ...{ id, host, global_timestamp: timestampOf(own), global_lag: Math.max(0, global - timestampOf(own)) },
          table_timestamps: own?.tables ?? Object.fromEntries(TABLES.map((table) => [table, 0])),
          table_lag: Object.fromEntries(lag) as Record<string, number>,
        }
      }),
    }
  }

  #metricsOf(
    probe: InstanceProbe,
    member: number,
    source: number | null,
    newest: number,
    target: GtidSet,
  ): ReplicaMetrics {
    const { reading, trouble } = probe
    const isHealthy = trouble === null
    return {
      replica_id: this.#instances[member]!.id,
      latency_ms: isHealthy ? Math.round(probe.latencyMs * 1_000) / 1_000 : DOWN_MS,
      replication_lag: Math.max(0, newest - timestampOf(reading)),
      uptime_seconds: isHealthy ? Math.floor(reading!.state.uptimeUs / 1_000_000) : 0,
      crash_count: probe.start?.crashes ?? 0,
      last_updated: new Date(probe.answeredAtMs).toISOString(),
      is_healthy: isHealthy,
      is_master: member === source,
      lag_transactions: target.minus(reading?.state.executed ?? EMPTY_GTID_SET).size,
      held_transactions: reading?.held.size ?? 0,
      detail: trouble ?? '',
    }
  }

  /** By the newest epoch that any server ever showed; null: none has begun. */
  #sourceMember(): number | null {
    let newest: NonNullable<Reading['epoch']> | null = null
    for (const { reading } of this.#probes) {
      const epoch = reading?.epoch ?? null
      if (epoch !== null && epoch.epoch > (newest?.epoch ?? 0)) newest = epoch
    }
    if (newest === null) return null
    const { member, uuid } = newest
    const named = member ?? this.#probes.findIndex(({ reading }) => reading?.state.uuid === uuid)
    return named >= 0 && named < this.#probes.length ? named : null
  }

  #newestTimestamp(source: number | null): number {
    const own = source === null ? null : this.#probes[source]!.reading
    return own === null ? Math.max(0, ...this.#probes.map(({ reading }) => timestampOf(reading))) : timestampOf(own)
  }

  #unionHeld(): GtidSet {
    return this.#probes.reduce<GtidSet>(
      (all, { reading }) => all.union(reading?.held ?? EMPTY_GTID_SET),
      EMPTY_GTID_SET,
    )
  }

  async #loop(probe: InstanceProbe): Promise<void> {
    while (!this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#timers = this.#timers.filter((other) => other !== timer)
          resolve()
        }, INTERVAL_MS)
        this.#timers.push(timer)
      })
      await probe.probe()
      this.#remember()
    }
  }

  /** Written when a server was started, which is seldom. */
  #remember(): void {
    const starts = Object.fromEntries(this.#probes.map(({ start }, member) => [this.#instances[member]!.id, start]))
    const text = JSON.stringify(starts)
    if (text === this.#remembered) return
    this.#remembered = text
    try {
      writePrivately(this.#memory, text)
    } catch {
      // A full disk costs the count after the collector's own restart, and nothing now.
    }
  }
}

function timestampOf(reading: Reading | null): number {
  return reading === null ? 0 : Math.max(...TABLES.map((table) => reading.tables[table]))
}

function readStarts(path: string): Readonly<Record<string, RememberedStart | null>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, RememberedStart | null>
  } catch {
    // None yet, or cut short: counting begins anew.
    return {}
  }
}
