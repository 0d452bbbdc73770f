/**
 * The numbers of one trial. Operations belong to the measured window by their intended start, and their latency counts
 * from there, so that waiting for a free client or for a failover counts. Throughput alone goes by the end: what was
 * answered in the window, whenever it had been wanted. Under saturation nothing that is wanted in the window may be
 * answered in it, and the servers work as hard as ever.
 *
 * Only what was answered ok has a latency. Whoever got no answer is counted (`leftOut`) and stands in `sent` with
 * the time it waited, and at least with the time until its outage was over: a client that tries again gets no answer
 * before. (Counted with its own waiting time alone, a quick refusal would be the fastest operation of the run.)
 */

import type { Operation, RunRecord } from '../record.ts'
import type { LatencySummary, Summary } from '../result.ts'
import type { Distribution } from '../result-series.ts'
import type { Scenario } from '../scenario.ts'
import { inIntendedOrder } from './ascending-order.ts'
import type { ClientOutage } from './client-outage.ts'
import { generatorOf } from './generator.ts'
import { longestSilence, type Silence } from './silence.ts'
import { Samples } from './summary-samples.ts'

interface Latencies {
  readonly answered: Samples
  /** Of those that were sent and got no answer: at least so long. */
  readonly gaveUp: Samples
  neverSent: number
}

export interface Measured {
  readonly offeredOpsPerSec: number
  readonly throughputOpsPerSec: number
  readonly operations: Summary['operations']
  readonly write: Latencies
  readonly read: Latencies
  /** Of the whole run: a warm-up hides no silence. */
  readonly silence: Silence
  /** Null: a closed loop. */
  readonly generator: NonNullable<Summary['generator']> | null
}

/** `outages`: of this record (client-outage.ts). */
export function measure(record: RunRecord, scenario: Scenario, outages: readonly ClientOutage[]): Measured {
  const { warmupUs } = scenario.workload
  const { endedUs } = record
  const operations = inIntendedOrder(record.operations)
  const servedAgainUs = endsOf(outages, endedUs)
  const write = nothing()
  const read = nothing()
  const tally = { ok: 0, failed: 0, unknown: 0, unsent: 0 }
  let answeredInWindow = 0
  for (const { kind, outcome, intendedUs, endUs } of operations) {
    if (outcome === 'ok' && endUs !== null && endUs >= warmupUs && endUs <= endedUs) answeredInWindow++
    if (intendedUs < warmupUs) continue
    tally[outcome]++
    const latencies = kind === 'write' ? write : read
    if (outcome === 'ok' && endUs !== null) latencies.answered.add(endUs - intendedUs)
    else if (outcome === 'unsent') latencies.neverSent++
    else latencies.gaveUp.add(Math.max(endUs ?? endedUs, servedAgainUs(intendedUs)) - intendedUs)
  }
  const measuredUs = Math.max(0, endedUs - warmupUs)
  const perSecond = (operations: number) => (measuredUs === 0 ? 0 : (operations * 1e6) / measuredUs)
  return {
    offeredOpsPerSec: perSecond(tally.ok + tally.failed + tally.unknown + tally.unsent),
    throughputOpsPerSec: perSecond(answeredInWindow),
    operations: withShares(tally),
    write,
    read,
    silence: longestSilence(operations, endedUs),
    generator: scenario.workload.mode === 'open' ? generatorOf(operations, record, scenario) : null,
  }
}

function withShares(tally: Pick<Summary['operations'], Operation['outcome']>): Summary['operations'] {
  const all = tally.ok + tally.failed + tally.unknown + tally.unsent
  const share = (count: number) => (all === 0 ? null : count / all)
  return {
    ...tally,
    okShare: share(tally.ok),
    failedShare: share(tally.failed),
    unknownShare: share(tally.unknown),
    unsentShare: share(tally.unsent),
  }
}

function nothing(): Latencies {
  return { answered: new Samples(), gaveUp: new Samples(), neverSent: 0 }
}

/** When an operation wanted at a moment could have been answered; to be asked with ascending moments. */
function endsOf(outages: readonly ClientOutage[], endedUs: number): (intendedUs: number) => number {
  let next = 0
  return (intendedUs) => {
    while (next < outages.length && (outages[next]!.endedUs ?? endedUs) < intendedUs) next++
    const outage = outages[next]
    return outage === undefined || outage.beganUs > intendedUs ? intendedUs : (outage.endedUs ?? endedUs)
  }
}

export function latencyOf({ answered, gaveUp, neverSent }: Latencies): LatencySummary {
  const [p50, p90, p95, p99, p999] = answered.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]).map((us) => us / 1000)
  return {
    count: answered.count,
    p50: p50!,
    p90: p90!,
    p95: p95!,
    p99: p99!,
    p999: p999!,
    max: answered.maxUs / 1000,
    mean: answered.meanUs / 1000,
    leftOut: gaveUp.count + neverSent,
    neverSent,
    sent: sentOf(answered, gaveUp),
  }
}

function sentOf(answered: Samples, gaveUp: Samples): NonNullable<LatencySummary['sent']> {
  let all = answered
  if (gaveUp.count > 0) {
    all = new Samples()
    all.addAll(answered)
    all.addAll(gaveUp)
  }
  const [p50, p75, p90, p95, p99, p999] = all.quantiles([0.5, 0.75, 0.9, 0.95, 0.99, 0.999]).map((us) => us / 1000)
  return { count: all.count, p50: p50!, p75: p75!, p90: p90!, p95: p95!, p99: p99!, p999: p999! }
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
