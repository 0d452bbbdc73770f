/**
 * Results side by side, two or more. What may be said about them depends on what they are:
 *
 * - Two runs under the same conditions in the same kind of world on the same machine are two samples of trials: median
 *   with its interval, and a test. Trials with the same seeds are compared as pairs, others as independent samples
 *   (rank-tests.ts). Their algorithms may differ, that is what one compares. All tests of the table are corrected for
 *   their number. A difference that the trials do not bear out is written "~"; with so few trials that no data whatever
 *   could bear it out, nothing is ranked at all.
 * - A simulated and a measured run of one scenario are a model and what it models: each row is the model's error. Which
 *   of the two is "faster" is no question, so there is no test.
 * - Of more than two the first is the baseline, and each of the others is held against it.
 * - Anything else (other conditions, another machine, an interrupted run) is shown and not ranked, with the reason.
 */

import type { Result } from '../result.ts'
import type { MedianInterval } from '../result-durations.ts'
import { METRICS, type Metric, relative, samplesOf } from './compared-metrics.ts'
import { conditionDifferences } from './differences.ts'
import { ranked } from './ranking.ts'

export interface SampleSummary {
  /** Trials that have a value. */
  readonly n: number
  /** Null: nothing was measured, or the middle trial never ended. */
  readonly median: number | null
  readonly ci95: readonly [number, number] | null
  /** Of the median, with its true level, or the range of too few; null: fewer than two trials. */
  readonly interval: MedianInterval | null
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
  /** Two-sided, of this row alone; null where nothing is ranked. */
  readonly p: number | null
  /** `p` corrected for the number of tests in the table (Holm): what decides. */
  readonly adjustedP: number | null
  readonly significant: boolean
  /** `~`, `b is better`, `b is worse`, or why there is no answer. */
  readonly note: string
}

export interface PolicyDifference {
  readonly family: 'timestamps' | 'quorum' | 'election' | 'unsafe'
  readonly a: string
  readonly b: string
}

export interface Comparison {
  readonly kind: 'comparison' | 'fidelity'
  /** Why the two may not be ranked (or the model not be judged by this measurement); empty: they may. */
  readonly differences: readonly string[]
  /** The algorithms that a and b do not share. */
  readonly policies: readonly PolicyDifference[]
  /** That two quorums which differ by name are the same by law on so many servers; null: they are not. */
  readonly sameRule: string | null
  /** How the rows were tested; null: not at all. */
  readonly tests: Tests | null
  readonly rows: readonly ComparisonRow[]
}

export interface Tests {
  /** `pairs`: by seed, Wilcoxon's signed rank; `samples`: Mann-Whitney. */
  readonly kind: 'pairs' | 'samples'
  /** That the correction (Holm) is for. */
  readonly count: number
  /** Trials that were paired, or null. */
  readonly pairs: number | null
}

const FAMILIES = ['timestamps', 'quorum', 'election', 'unsafe'] as const satisfies readonly PolicyDifference['family'][]

/** Two results; several are `compareAll`. */
export function compareResults(a: Result, b: Result): Comparison {
  return compareAll([a, b])[0]!
}

/** The first result, the baseline, against each of the others; their tests are corrected together. */
export function compareAll([a, ...others]: readonly Result[]): Comparison[] {
  if (a === undefined || others.length === 0) throw new Error('assertion: a comparison needs two results')
  const begun = others.map((b) => begin(a, b))
  const samples = begun.filter(({ kind }) => kind === 'comparison')
  const rankings = ranked(a, samples)
  return begun.map((one): Comparison => {
    const { b, ...rest } = one
    if (one.kind === 'comparison') return { ...rest, ...rankings[samples.indexOf(one)]! }
    return { ...rest, tests: null, rows: [...METRICS.map((metric) => errorOn(metric, a, b)), ...summaryErrors(a, b)] }
  })
}

/** All that is known before anything is tested. */
function begin(a: Result, b: Result): Omit<Comparison, 'tests' | 'rows'> & { readonly b: Result } {
  const kind = (a.world === 'sim') !== (b.world === 'sim') ? 'fidelity' : 'comparison'
  const policies = FAMILIES.map((family) => ({
    family,
    a: family === 'unsafe' ? unsafeName(a) : policyName(a.scenario, family),
    b: family === 'unsafe' ? unsafeName(b) : policyName(b.scenario, family),
  })).filter((policy) => policy.a !== policy.b)
  const differences = differencesOf(a, b)
  // A model is judged by what it models, not by another algorithm.
  if (kind === 'fidelity')
    for (const policy of policies) differences.push(`the algorithms differ (${policyText(policy)})`)
  return { kind, differences, policies, sameRule: sameRuleOf(a.scenario, b.scenario), b }
}

function unsafeName({ scenario: { unsafe = [] } }: Result): string {
  return unsafe.length === 0 ? 'none' : unsafe.join(', ')
}

/** As people name it: the threshold and the ratio belong to the name where the policy has them. */
export function policyName(
  { algorithms, labels }: Pick<Result['scenario'], 'algorithms' | 'labels'>,
  family: 'timestamps' | 'quorum' | 'election',
): string {
  return labels?.[family] ?? algorithms[family]
}

/** Both quorums are met by any k replicas: one rule under two names. Null: they are not, or have one name. */
function sameRuleOf(a: Result['scenario'], b: Result['scenario']): string | null {
  const isSame = a.sameRule !== undefined && a.sameRule.k === b.sameRule?.k && a.cluster.nodes === b.cluster.nodes
  if (!isSame || policyName(a, 'quorum') === policyName(b, 'quorum')) return null
  return `${a.sameRule.text} What differs between the quorums of the two is chance.`
}

/** `election: seer-score and most-advanced` */
export function policyText({ family, a, b }: PolicyDifference): string {
  return `${family}: ${a} and ${b}`
}

/** Everything that makes two results incomparable, in words. */
function differencesOf(a: Result, b: Result): string[] {
  const differences = conditionDifferences(a.scenario, b.scenario)
  const differ = (what: string, left: unknown, right: unknown) => {
    if (left !== right) differences.push(`${what} differs: ${left} and ${right}`)
  }
  if (a.world !== 'sim' && b.world !== 'sim') {
    differ('the world', a.world, b.world)
    differ('the network', networkOf(a), networkOf(b))
    const keys = new Set([...Object.keys(a.machine), ...Object.keys(b.machine)])
    for (const key of [...keys].sort())
      if (!isMoment(key)) differ(`the machine (${key})`, a.machine[key], b.machine[key])
    const settings = new Set([...Object.keys(a.durability ?? {}), ...Object.keys(b.durability ?? {})])
    for (const key of [...settings].sort()) differ(`durability (${key})`, a.durability?.[key], b.durability?.[key])
  } else if (a.world !== b.world)
    for (const { withoutEffect = [] } of [a, b])
      if (withoutEffect.length > 0)
        differences.push(`real servers do not follow ${withoutEffect.join(', ')}, and the simulator does`)
  if (!a.complete) differences.push('a was interrupted')
  if (!b.complete) differences.push('b was interrupted')
  return differences
}

/** Results of earlier versions had no other. */
function networkOf({ network }: Result): string {
  return network?.form ?? 'direct'
}

/** Of a machine, what is never the same twice and no reason not to compare: it is for people to look at. */
function isMoment(key: string): boolean {
  return key.startsWith('loadAverage')
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
  return { metric, unit, a, b, change, p: null, adjustedP: null, significant: false, note }
}

/** How far the model is off in what only the first trial shows: reads, lag, and each phase of the first failover. */
function summaryErrors(a: Result, b: Result): ComparisonRow[] {
  const one = (value: number | null | undefined): SampleSummary => ({
    n: value === null || value === undefined ? 0 : 1,
    median: value ?? null,
    ci95: null,
    interval: null,
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

function percent(ratio: number): string {
  return `${Math.round((1 + ratio) * 100)} %`
}
