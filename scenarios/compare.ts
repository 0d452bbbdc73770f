/**
 * Two results side by side. What may be said about them depends on what they are:
 *
 * - Two runs under the same conditions in the same kind of world on the same machine are two samples of trials: median,
 *   bootstrap interval, Mann-Whitney. Their algorithms may differ, that is what one compares. A difference that the
 *   trials do not bear out is written "~"; with so few trials that no data whatever could bear it out, nothing is
 *   ranked at all.
 * - A simulated and a measured run of one scenario are a model and what it models: each row is the model's error. Which
 *   of the two is "faster" is no question, so there is no test.
 * - Anything else (other conditions, another machine, an interrupted run) is shown and not ranked, with the reason.
 */
import type { Result } from './result.ts'
import { mannWhitney, median, medianInterval } from './statistics.ts'

export interface SampleSummary {
  /** Trials that have a value. */
  readonly n: number
  /** Null: nothing was measured, or the middle trial never ended. */
  readonly median: number | null
  readonly ci95: readonly [number, number] | null
}

export interface ComparisonRow {
  /** A field of `trials[]`, or in a fidelity table also a path of the summary. */
  readonly metric: string
  readonly unit: 'ms' | 'ops/s'
  readonly a: SampleSummary
  readonly b: SampleSummary
  /**
   * Of the medians, as a ratio: 0.1 is 10 % more. From a to b; in a fidelity table from measured to simulated (the
   * simulator's error). Null where one is missing or the base is 0.
   */
  readonly change: number | null
  /** Two-sided Mann-Whitney over the trials; null where nothing is ranked. */
  readonly p: number | null
  readonly significant: boolean
  /** `~`, `b is better`, `b is worse`, or why there is no answer. */
  readonly note: string
}

export interface PolicyDifference {
  readonly family: 'timestamps' | 'quorum' | 'election'
  readonly a: string
  readonly b: string
}

export interface Comparison {
  readonly kind: 'comparison' | 'fidelity'
  /** Why the two may not be ranked (or the model not be judged by this measurement); empty: they may. */
  readonly differences: readonly string[]
  /** The algorithms that a and b do not share. */
  readonly policies: readonly PolicyDifference[]
  readonly rows: readonly ComparisonRow[]
}

const SIGNIFICANT_BELOW = 0.05

type Trial = Result['trials'][number]
type Durations = readonly (number | null)[]

interface Metric {
  readonly name: string
  readonly unit: ComparisonRow['unit']
  readonly better: 'lower' | 'higher'
  /** All values of one trial; none where there was nothing to measure. */
  readonly of: (trial: Trial) => Durations
}

const METRICS: readonly Metric[] = [
  { name: 'failoverMs', unit: 'ms', better: 'lower', of: (trial) => trial.failoverMs },
  { name: 'clientOutageMs', unit: 'ms', better: 'lower', of: (trial) => trial.clientOutageMs },
  { name: 'throughputOpsPerSec', unit: 'ops/s', better: 'higher', of: (trial) => [trial.throughputOpsPerSec] },
  { name: 'writeP50Ms', unit: 'ms', better: 'lower', of: (trial) => [trial.writeP50Ms] },
  { name: 'writeP99Ms', unit: 'ms', better: 'lower', of: (trial) => [trial.writeP99Ms] },
  { name: 'lagP99Ms', unit: 'ms', better: 'lower', of: ({ lagP99Ms: ms }) => (ms === null ? [] : [ms]) },
]

const FAMILIES = ['timestamps', 'quorum', 'election'] as const satisfies readonly PolicyDifference['family'][]

export function compareResults(a: Result, b: Result): Comparison {
  const fidelity = (a.world === 'sim') !== (b.world === 'sim')
  const policies = FAMILIES.map((family) => ({
    family,
    a: policyName(a.scenario.algorithms, family),
    b: policyName(b.scenario.algorithms, family),
  })).filter((policy) => policy.a !== policy.b)
  const differences = differencesOf(a, b)
  if (!fidelity)
    return {
      kind: 'comparison',
      differences,
      policies,
      rows: METRICS.map((metric) => compareOn(metric, a, b, differences)),
    }
  // A model is judged by what it models, not by another algorithm.
  for (const policy of policies) differences.push(`the algorithms differ (${policyText(policy)})`)
  const rows = [...METRICS.map((metric) => errorOn(metric, a, b)), ...summaryErrors(a, b)]
  return { kind: 'fidelity', differences, policies, rows }
}

/** As people name it: the threshold and the ratio belong to the name where the policy has them. */
export function policyName(algorithms: Result['scenario']['algorithms'], family: PolicyDifference['family']): string {
  const { quorum, failureThreshold, weightRatio } = algorithms
  if (family !== 'quorum') return algorithms[family]
  if (quorum === 'flexible') return `flexible (t=${failureThreshold})`
  if (quorum !== 'cabinet') return quorum
  return `cabinet (t=${failureThreshold}${weightRatio === 'largest' ? '' : `, r=${weightRatio}`})`
}

/** `election: seer-score and most-advanced` */
export function policyText({ family, a, b }: PolicyDifference): string {
  return `${family}: ${a} and ${b}`
}

/** Everything that makes two results incomparable, in words. */
function differencesOf(a: Result, b: Result): string[] {
  const differences: string[] = []
  const differ = (what: string, left: unknown, right: unknown) => {
    if (left !== right) differences.push(`${what} differs: ${left} and ${right}`)
  }
  const conditions = differentConditions(a.scenario, b.scenario)
  if (conditions !== null)
    differences.push(`the scenario differs: ${a.scenario.name} and ${b.scenario.name} (${conditions})`)
  differ('the coordinator', a.coordinator, b.coordinator)
  if (a.world !== 'sim' && b.world !== 'sim') {
    differ('the world', a.world, b.world)
    const keys = new Set([...Object.keys(a.machine), ...Object.keys(b.machine)])
    for (const key of [...keys].sort()) differ(`the machine (${key})`, a.machine[key], b.machine[key])
  }
  if (!a.complete) differences.push('a was interrupted')
  if (!b.complete) differences.push('b was interrupted')
  return differences
}

/** Null: they are the same. Results from before there were conditions are held to the same file. */
function differentConditions(a: Result['scenario'], b: Result['scenario']): string | null {
  if (a.conditions === undefined || b.conditions === undefined)
    return a.hash === b.hash ? null : `files ${a.hash.slice(0, 8)} and ${b.hash.slice(0, 8)}`
  if (a.conditions === b.conditions) return null
  const shown = (['cluster', 'workload'] as const).flatMap((part) => {
    const [left, right]: Readonly<Record<string, unknown>>[] = [{ ...a[part] }, { ...b[part] }]
    return Object.keys({ ...left, ...right })
      .filter((key) => left![key] !== right![key])
      .map((key) => `${part}.${key} ${left![key]} and ${right![key]}`)
  })
  return shown.length > 0 ? shown.join(', ') : 'in its network, tuning or faults'
}

function compareOn(metric: Metric, a: Result, b: Result, differences: readonly string[]): ComparisonRow {
  const row = { metric: metric.name, unit: metric.unit, ...samplesOf(metric, a, b) }
  const change = relative(row.a.median, row.b.median)
  const unranked = (note: string): ComparisonRow => ({ ...row, change, p: null, significant: false, note })
  if (differences.length > 0) return unranked(`not ranked: ${differences[0]}`)
  if (row.a.n === 0 || row.b.n === 0)
    return unranked(row.a.n === row.b.n ? 'not measured' : 'measured in one of the two only')
  // One value for each trial: the failovers of one trial are not independent of one another.
  const { p, smallestP } = mannWhitney(oneEach(metric, a), oneEach(metric, b))
  if (smallestP >= SIGNIFICANT_BELOW)
    return unranked(`no difference shown: ${row.a.n} and ${row.b.n} trials cannot show one`)
  if (p >= SIGNIFICANT_BELOW) return { ...row, change, p, significant: false, note: '~' }
  return { ...row, change, p, significant: true, note: judgement(metric, a, b) }
}

/** Which side lies lower is read from the ranks, as the test does: the medians may be equal, or not exist. */
function judgement(metric: Metric, a: Result, b: Result): string {
  let higher = 0
  for (const left of oneEach(metric, a))
    for (const right of oneEach(metric, b)) higher += Math.sign(compareDurations(right, left))
  return higher > 0 === (metric.better === 'higher') ? 'b is better' : 'b is worse'
}

function compareDurations(left: number | null, right: number | null): number {
  if (left === right) return 0
  return (left ?? Number.POSITIVE_INFINITY) - (right ?? Number.POSITIVE_INFINITY)
}

function oneEach(metric: Metric, result: Result): (number | null)[] {
  return result.trials
    .map(metric.of)
    .filter((values) => values.length > 0)
    .map((values) => median(values))
}

function samplesOf(metric: Metric, a: Result, b: Result): { a: SampleSummary; b: SampleSummary } {
  return { a: sampleOf(a.trials.map(metric.of)), b: sampleOf(b.trials.map(metric.of)) }
}

function sampleOf(perTrial: readonly Durations[]): SampleSummary {
  const n = perTrial.filter((values) => values.length > 0).length
  return { n, median: median(perTrial.flat()), ci95: medianInterval(perTrial) }
}

function errorOn(metric: Metric, a: Result, b: Result): ComparisonRow {
  const samples = samplesOf(metric, a, b)
  return errorRow(metric.name, metric.unit, samples.a, samples.b, a.world === 'sim')
}

function errorRow(
  metric: string,
  unit: ComparisonRow['unit'],
  a: SampleSummary,
  b: SampleSummary,
  firstIsSimulated: boolean,
): ComparisonRow {
  const change = firstIsSimulated ? relative(b.median, a.median) : relative(a.median, b.median)
  const note = change === null ? 'no error can be stated' : `simulated ${percent(change)} of measured`
  return { metric, unit, a, b, change, p: null, significant: false, note }
}

/** How far the model is off in what only the first trial shows: reads, lag, and each phase of the first failover. */
function summaryErrors(a: Result, b: Result): ComparisonRow[] {
  const one = (value: number | null | undefined): SampleSummary => ({
    n: value === null || value === undefined ? 0 : 1,
    median: value ?? null,
    ci95: null,
  })
  const rows: ComparisonRow[] = []
  const add = (metric: string, of: (result: Result) => number | null | undefined) => {
    const [left, right] = [one(of(a)), one(of(b))]
    if (left.n + right.n > 0) rows.push(errorRow(metric, 'ms', left, right, a.world === 'sim'))
  }
  const measured = (count: number, value: number) => (count === 0 ? null : value)
  for (const quantile of ['p50', 'p99'] as const)
    add(`latencyMs.read.${quantile}`, ({ summary: { latencyMs } }) =>
      measured(latencyMs.read.count, latencyMs.read[quantile]),
    )
  add('lagMs.p50', ({ summary: { lagMs } }) => measured(lagMs.count, lagMs.p50))
  for (const phase of ['detect', 'decide', 'catchUp', 'promote', 'reroute', 'firstAck'] as const)
    add(`failovers.0.phases.${phase}`, ({ summary }) => summary.failovers[0]?.phases[phase])
  return rows
}

function relative(from: number | null, to: number | null): number | null {
  return from === null || to === null || from === 0 ? null : (to - from) / from
}

function percent(ratio: number): string {
  return `${Math.round((1 + ratio) * 100)} %`
}
