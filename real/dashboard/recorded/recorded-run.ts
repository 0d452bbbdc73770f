/**
 * What a moment of a run is told from: a finished result, or as much of it as a running simulation has said so far. All
 * times in milliseconds since the workload began, as in the result.
 */
import type { TraceEvent } from '../../../algorithms/trace.ts'
import type { CheckResult, FaultResult, Result } from '../../../scenarios/result.ts'
import type { Failover } from '../../../scenarios/result-durations.ts'
import type { Series } from '../../../scenarios/result-series.ts'
import type { Topology } from '../../services/wire.ts'

export interface RecordedRun {
  readonly name: string
  readonly description: string
  readonly world: Result['world']
  readonly seed: number
  readonly versions: Readonly<Record<string, string>>
  readonly algorithms: Topology['algorithms']
  readonly acknowledge: Topology['acknowledge']
  readonly nodes: readonly string[]
  readonly coordinators: readonly string[]
  readonly timestampServers: readonly string[]
  /** From the start (before 0: the first election) to the last thing that was recorded. */
  readonly startMs: number
  readonly endMs: number
  /** In order of time. */
  readonly events: readonly TraceEvent[]
  readonly faults: readonly FaultResult[]
  readonly failovers: readonly Failover[]
  /** Null: nothing was counted yet. */
  readonly series: Series | null
  /** Judged when the run is over. */
  readonly checks: readonly CheckResult[]
  readonly isComplete: boolean
  /** Colour slots of the policies, by name. */
  readonly colours: Readonly<Record<string, number>>
}

/** What of a result is looked at; of a run that is under way the series are empty. */
type Recorded = Pick<Result, 'world' | 'seed' | 'events' | 'faults' | 'checks' | 'complete' | 'versions'> & {
  readonly scenario: Pick<Result['scenario'], 'name' | 'description' | 'algorithms' | 'cluster' | 'colours'>
  readonly summary: Pick<Result['summary'], 'failovers'>
  readonly series: Series | { readonly intervalMs: number; readonly tMs: readonly [] }
}

/** What lasts beyond the last interval is a server that comes back: it is waited for, and worth seeing. */
const AFTER_MS = 1000

export function recordedRun(result: Recorded): RecordedRun {
  const { scenario, series, summary } = result
  const { cluster } = scenario
  // A raft group has nobody who hands out timestamps, and is its own coordinator.
  const isMysql = cluster.protocol === 'mysql'
  const lastMs = result.events.reduce((last, event) => Math.max(last, event.atUs / 1000), 0)
  const seriesEndMs = (series.tMs.at(-1) ?? 0) + series.intervalMs
  return {
    name: scenario.name,
    description: scenario.description,
    world: result.world,
    seed: result.seed,
    versions: { ...result.versions, mysql: result.versions.mysql ?? 'simulated' },
    algorithms: scenario.algorithms,
    acknowledge: cluster.acknowledge,
    nodes: numbered('node', cluster.nodes),
    coordinators: isMysql ? coordinatorNames(cluster.coordinators) : [],
    timestampServers: isMysql ? numbered('timestamp-', cluster.timestampServers) : [],
    startMs: Math.min(0, (result.events[0]?.atUs ?? 0) / 1000),
    endMs: Math.max(seriesEndMs, lastMs + AFTER_MS),
    events: result.events,
    faults: result.faults,
    failovers: summary.failovers,
    series: 'ok' in series ? series : null,
    checks: result.checks,
    isComplete: result.complete,
    colours: scenario.colours ?? {},
  }
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}

function coordinatorNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? 'coordinator' : `coordinator-${index + 1}`))
}
