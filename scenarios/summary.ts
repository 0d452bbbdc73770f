/**
 * The numbers of one trial. Measured are the operations whose intended start lies after the warm-up; all of them are
 * counted, but only those answered ok have a latency (from the intended start, so that waiting for a free client or
 * for a failover counts).
 */

import type { Operation, RunRecord } from './record.ts'
import type { Distribution, LatencySummary, Summary } from './result.ts'
import type { Scenario } from './scenario.ts'
import { Samples } from './summary-samples.ts'

export interface Measured {
  readonly offeredOpsPerSec: number
  readonly throughputOpsPerSec: number
  readonly operations: Summary['operations']
  readonly write: Samples
  readonly read: Samples
}

export function measure(record: RunRecord, scenario: Scenario): Measured {
  const { warmupUs } = scenario.workload
  const write = new Samples()
  const read = new Samples()
  const tally = { ok: 0, failed: 0, unknown: 0, unsent: 0 }
  for (const operation of record.operations) {
    if (operation.intendedUs < warmupUs) continue
    tally[operation.outcome]++
    if (operation.outcome === 'ok' && operation.endUs !== null)
      (operation.kind === 'write' ? write : read).add(operation.endUs - operation.intendedUs)
  }
  const measuredUs = Math.max(0, record.endedUs - warmupUs)
  const perSecond = (operations: number) => (measuredUs === 0 ? 0 : (operations * 1e6) / measuredUs)
  return {
    offeredOpsPerSec: perSecond(tally.ok + tally.failed + tally.unknown + tally.unsent),
    throughputOpsPerSec: perSecond(tally.ok),
    operations: tally,
    write,
    read,
  }
}

export function latencyOf(samples: Samples): LatencySummary {
  const [p50, p90, p99, p999] = samples.quantiles([0.5, 0.9, 0.99, 0.999]).map((us) => us / 1000)
  return {
    count: samples.count,
    p50: p50!,
    p90: p90!,
    p99: p99!,
    p999: p999!,
    max: samples.maxUs / 1000,
    mean: samples.meanUs / 1000,
  }
}

/** EVENTUAL writes answered ok that are gone. */
export function countLostEventual(lost: readonly Operation[]): number {
  return lost.filter(({ consistency }) => consistency === 'EVENTUAL').length
}

/** Percents up to the 99th, then ever finer towards the slowest: the points that a logarithmic axis can show. */
const FRACTIONS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, percent) => (percent + 1) / 100),
  ...[0.992, 0.994, 0.996, 0.998, 0.999, 0.9992, 0.9994, 0.9996, 0.9998, 0.9999, 0.99995, 0.99999, 0.999999, 1],
]

/** Latency at increasing fractions; where many fractions share a latency, the largest is kept. */
export function distributionOf(samples: Samples): Distribution {
  const ms: number[] = []
  const fraction: number[] = []
  if (samples.count === 0) return { ms, fraction }
  samples.quantiles(FRACTIONS).forEach((us, index) => {
    if (ms.at(-1) === us / 1000) fraction[fraction.length - 1] = FRACTIONS[index]!
    else {
      ms.push(us / 1000)
      fraction.push(FRACTIONS[index]!)
    }
  })
  return { ms, fraction }
}
