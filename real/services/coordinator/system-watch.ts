/** What whoever watches is told without asking: the services, the topology and how operations go, each at its pace. */

import type { SystemConfig } from '../config.ts'
import { HealthProber } from '../health.ts'
import type { RunEntry, Sample, ServiceState, SystemSnapshot, Topology } from '../wire.ts'
import type { Asking } from './asking.ts'
import type { ClusterState } from './cluster-state.ts'
import type { EventStreams } from './event-streams.ts'
import { type LevelMetrics, quantileOf, rounded } from './level-metrics.ts'
import { LiveLag } from './live-lag.ts'
import type { OperatorClient } from './operator-client.ts'
import type { Records } from './records.ts'
import type { SavedRuns } from './run-calls.ts'
import { topologyOf, type ViewParts } from './system-view.ts'

const TOPOLOGY_MS = 500
const SERVICES_MS = 2_000
const SAMPLE_MS = 1_000
const SAMPLES_KEPT = 300
/** A lag is as exact as the source is looked at often. */
const LAG_LOOK_MS = 100

interface WatchParts {
  readonly config: SystemConfig
  readonly asking: Asking
  readonly cluster: ClusterState
  readonly metrics: LevelMetrics
  readonly operator: OperatorClient
  readonly records: Records
  readonly runs: SavedRuns
  readonly versions: Readonly<Record<string, string>>
  /** A run was saved, or saved anew. */
  readonly onRun: (entry: RunEntry) => void
  readonly busy: () => string | null
  readonly opinions: () => Pick<ViewParts, 'quorumFrom' | 'rankingFrom'>
}

export class SystemWatch {
  readonly #parts: WatchParts
  readonly #prober: HealthProber
  readonly #lag = new LiveLag()
  readonly #samples: Sample[] = []
  readonly #timers: NodeJS.Timeout[] = []
  #services: { readonly atMs: number; readonly states: Promise<readonly ServiceState[]> } | null = null

  constructor(parts: WatchParts) {
    this.#parts = parts
    const { config, operator } = parts
    const { timestampServers } = config
    const takesPart = (name: string) => !name.startsWith('timestamp-') || timestampServers.includes(name as never)
    this.#prober = new HealthProber({
      members: config.members,
      services: Object.fromEntries(Object.entries(config.services).filter(([name]) => takesPart(name))),
      processes: async () => {
        const outcome = await operator.ask({ kind: 'processes' })
        return outcome.kind === 'ok' ? outcome.reply : null
      },
      own: { name: 'coordinator', seen: () => ({ state: 'healthy', detail: '' }) },
    })
  }

  begin(streams: EventStreams): void {
    const { asking } = this.#parts
    const every = (ms: number, work: () => void) => {
      const timer = setInterval(work, ms)
      timer.unref()
      this.#timers.push(timer)
    }
    const sendTopology = () => {
      if (streams.isWatched) void this.topology().then((topology) => streams.send('topology', topology))
    }
    every(LAG_LOOK_MS, () => this.#lag.look(this.#parts.cluster.overview()))
    every(TOPOLOGY_MS, sendTopology)
    every(SERVICES_MS, () => {
      if (!streams.isWatched) return
      void this.services().then((services) => streams.send('services', services))
      void this.#tellRuns()
    })
    every(SAMPLE_MS, () => streams.send('sample', this.#sample()))
    // What changes it is traced; a burst is told once.
    let isDue = false
    asking.onEvent(({ kind }) => {
      if (kind === 'quorum' || kind === 'note' || isDue) return
      isDue = true
      setImmediate(() => {
        isDue = false
        sendTopology()
      })
    })
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  async topology(): Promise<Topology> {
    const { asking, cluster, config, busy, opinions } = this.#parts
    const [status, dry] = await Promise.all([asking.ask({ kind: 'status' }), asking.ask({ kind: 'dryRun', to: null })])
    const lagMs = this.#lag.of(cluster.overview())
    return topologyOf({ config, cluster, status, dry, lagMs, busy: busy(), ...opinions() })
  }

  /** Looked at once for all who ask at the same time. */
  async services(): Promise<readonly ServiceState[]> {
    const nowMs = performance.now()
    if (this.#services === null || nowMs - this.#services.atMs > SERVICES_MS / 2)
      this.#services = { atMs: nowMs, states: this.#prober.look() }
    return await this.#services.states
  }

  async snapshot(lastEventId: number): Promise<SystemSnapshot> {
    const { records, runs, versions } = this.#parts
    const [services, topology, saved] = await Promise.all([this.services(), this.topology(), runs.all()])
    return {
      ...{ atMs: Date.now(), versions, services, topology, samples: [...this.#samples] },
      failovers: records.all('failover'),
      faults: records.all('fault'),
      stress: records.all('stress'),
      runs: saved,
      ...{ refusals: records.refusals, lastEventId },
    }
  }

  async #tellRuns(): Promise<void> {
    const { records, runs, onRun } = this.#parts
    for (const entry of await runs.all()) if (records.find('run', entry.id)?.endedAtMs !== entry.endedAtMs) onRun(entry)
  }

  #sample(): Sample {
    const { cluster, metrics } = this.#parts
    const { counts, failed, latenciesMs } = metrics.takeSecond()
    const lag = this.#lag.of(cluster.overview())
    const sample: Sample = {
      atMs: Date.now(),
      writesPerSec: counts.write,
      readsPerSec: counts.read,
      failedPerSec: failed,
      latencyP50Ms: rounded(quantileOf(latenciesMs, 0.5)),
      latencyP95Ms: rounded(quantileOf(latenciesMs, 0.95)),
      latencyP99Ms: rounded(quantileOf(latenciesMs, 0.99)),
      lagMs: Object.fromEntries([...lag].map(([node, ms]) => [cluster.instance(node).id, ms])),
    }
    this.#samples.push(sample)
    if (this.#samples.length > SAMPLES_KEPT) this.#samples.shift()
    return sample
  }
}
