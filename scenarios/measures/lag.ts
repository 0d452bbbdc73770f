/**
 * Replication lag, transaction by transaction and replica by replica, of what was written after the warm-up.
 *
 * A replica that a fault took away comes back with everything to apply that was written meanwhile, each transaction as
 * late as the fault was long. That is how long it was away and not how far it falls behind, so it is counted apart
 * (`catchingUp`); pooled, it would hide the replicas that stayed. Kept in are the transactions that were written while
 * a replica that follows again works off its backlog: its readers do see them late.
 */
import { takesAway } from '../faults/facts.ts'
import type { FaultRecord, LagSeries, RunRecord } from '../record.ts'
import type { Summary } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { Samples } from './summary-samples.ts'

type CaughtUp = NonNullable<Summary['lagMs']['catchingUp']>['perNode'][string]

export function lagOf(record: RunRecord, scenario: Scenario): Summary['lagMs'] {
  const all = new Samples()
  const perNode: Record<string, Summary['lagMs']['perNode'][string]> = {}
  const caughtUp: Record<string, CaughtUp> = {}
  for (const series of record.lag) {
    const returns = record.faults
      // A slow server is not away: how far it falls behind is just what is measured.
      .filter(({ kind, target }) => takesAway(kind) && target.includes(series.node))
      .map((fault) => followsAgainUs(fault, series, record, scenario.tuning.probeIntervalUs))
      .filter((againUs) => againUs !== null)
    const { following, late } = apart(series, returns, scenario.workload.warmupUs)
    perNode[series.node] = spread(following)
    if (late.count > 0) caughtUp[series.node] = late
    all.addAll(following)
  }
  const late = Object.values(caughtUp)
  const catchingUp = {
    count: late.reduce((sum, { count }) => sum + count, 0),
    maxMs: late.reduce((max, { maxMs }) => Math.max(max, maxMs), 0),
    perNode: caughtUp,
  }
  return { ...spread(all), perNode, catchingUp }
}

/**
 * When a replica that was taken away follows again: when the coordinator says so, or earlier, when it applies what was
 * written since. (A server that finds its source by itself after a pause or a short cut is not pointed at it; a much
 * later failover may be the first to mention it.) Null: what was written since came through as ever, or never, so this
 * replica was not away or did not return. A partition need not lie between a replica and its source.
 */
function followsAgainUs(fault: FaultRecord, series: LagSeries, record: RunRecord, leastUs: number): number | null {
  const { node, commitUs, lagUs } = series
  const awayUs = fault.witness.seenUs ?? fault.atUs
  let first = -1
  for (let i = 0; i < commitUs.length; i++)
    if (commitUs[i]! >= awayUs && (first < 0 || commitUs[i]! < commitUs[first]!)) first = i
  if (first < 0 || lagUs[first]! < leastUs) return null
  let againUs = commitUs[first]! + lagUs[first]!
  for (const event of record.events)
    if (event.kind === 'rejoined' && event.node === node && event.atUs >= awayUs && event.atUs < againUs)
      againUs = event.atUs
  // What was on its way when the fault struck is applied just before; what lay in the relay log, just after the fault.
  const halfUs = (awayUs + againUs) / 2
  for (let i = 0; i < commitUs.length; i++) {
    const appliedUs = commitUs[i]! + lagUs[i]!
    if (appliedUs >= halfUs && appliedUs < againUs) againUs = appliedUs
  }
  return againUs
}

/** Late is what was written before a return of the replica and applied after it. */
function apart({ commitUs, lagUs }: LagSeries, returns: readonly number[], warmupUs: number) {
  const following = new Samples()
  const late = { count: 0, maxMs: 0 }
  for (let i = 0; i < commitUs.length; i++) {
    const writtenUs = commitUs[i]!
    if (writtenUs < warmupUs) continue
    const appliedUs = writtenUs + lagUs[i]!
    if (returns.some((againUs) => writtenUs < againUs && appliedUs >= againUs)) {
      late.count++
      late.maxMs = Math.max(late.maxMs, lagUs[i]! / 1000)
    } else following.add(lagUs[i]!)
  }
  return { following, late }
}

function spread(samples: Samples): Summary['lagMs']['perNode'][string] {
  const [p50, p99] = samples.quantiles([0.5, 0.99])
  return { p50: p50! / 1000, p99: p99! / 1000, max: samples.maxUs / 1000, count: samples.count }
}
