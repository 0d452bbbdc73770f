/**
 * Two results against each other, as scenarios/measures/compare-results.ts found them: either two samples of trials, ranked only where
 * the trials bear it out, or a model and its measurement, where each row is the model's error.
 */
import {
  type Comparison,
  type ComparisonRow,
  policyText,
  type SampleSummary,
} from '../scenarios/measures/compare-results.ts'
import { change, digits, missing } from '../scenarios/shown/numbers.ts'
import { intervalText, RANGE_NOTE } from './intervals.ts'
import { html, listed, type Markup } from './markup.ts'
import type { Run } from './runs.ts'
import { type Cell, table } from './tables.ts'

const LABELS: Readonly<Record<string, string>> = {
  failoverMs: 'failover time',
  plannedMoveMs: 'planned move',
  clientOutageMs: 'client outage',
  throughputOpsPerSec: 'throughput',
  writeP50Ms: 'write latency p50',
  writeP99Ms: 'write latency p99',
  lagP99Ms: 'replication lag p99',
  'latencyMs.read.p50': 'read latency p50',
  'latencyMs.read.p99': 'read latency p99',
  'lagMs.p50': 'replication lag p50',
  'failovers.0.phases.detect': 'phase: detect',
  'failovers.0.phases.decide': 'phase: decide',
  'failovers.0.phases.catchUp': 'phase: catch up',
  'failovers.0.phases.promote': 'phase: promote',
  'failovers.0.phases.reroute': 'phase: re-route',
  'failovers.0.phases.firstAck': 'phase: first write',
}

/** `runs[0]` is the comparison's a, `runs[1]` its b. */
export function renderComparison(runs: readonly Run[], comparison: Comparison): Markup {
  const names: Names = [runs[0]?.name ?? 'a', runs[1]?.name ?? 'b']
  const fidelity = comparison.kind === 'fidelity'
  return html`<section id="comparison"><h2>${fidelity ? 'Simulated against measured' : titleOf(comparison, names)}</h2>
${comparison.differences.length > 0 ? callout(comparison, names) : ''}
${fidelity ? '' : html`<p>${compared(comparison)}</p>`}
${comparison.sameRule === null ? '' : html`<p>${comparison.sameRule}</p>`}
<p class="finding">${fidelity ? fidelityFinding(comparison.rows) : comparisonFinding(comparison, names)}</p>
${table({
  id: 'comparison',
  caption: fidelity ? 'Fidelity: how far the simulator is off' : 'Comparison over the trials',
  columns: [
    { title: 'measure' },
    ...names.map((name) => ({ title: `${name}: median, interval, n`, numeric: true })),
    { title: fidelity ? 'simulated is off by' : `change to ${names[1]}`, numeric: true },
    ...(fidelity ? [] : [{ title: severalTests(comparison) ? 'p, corrected' : 'p', numeric: true }]),
    ...(fidelity ? [] : [{ title: 'what may be said' }]),
  ],
  rows: comparison.rows.map((row) => [
    labelOf(row),
    sample(row.a, row.unit),
    sample(row.b, row.unit),
    { shown: fidelity ? errorOf(row.change) : change(row.change), raw: row.change },
    ...(fidelity ? [] : [{ shown: row.adjustedP === null ? missing : pText(row.adjustedP), raw: row.adjustedP }]),
    ...(fidelity ? [] : [saidOf(row, names, comparison.differences.length === 0)]),
  ]),
  note: fidelity
    ? 'A model is not ranked against what it models: no test is made. Rows from one trial have no interval.'
    : `${testText(comparison)} ${RANGE_NOTE}`,
})}
</section>
`
}

function severalTests({ tests }: Comparison): boolean {
  return tests !== null && tests.count > 1
}

export function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** How it was tested, and that several tests were corrected for their number. */
export function testText({ tests }: Comparison): string {
  if (tests === null) return 'Nothing was tested.'
  const how =
    tests.kind === 'pairs'
      ? `${tests.pairs} pairs of trials with the same seed, Wilcoxon\u2019s signed rank test`
      : 'independent trials, Mann-Whitney'
  const corrected = tests.count > 1 ? `, ${tests.count} tests, p corrected for their number (Holm)` : ''
  return `~ means that the trials show no difference (${how}, two-sided, 5\u00a0%${corrected}).`
}

function titleOf({ policies, differences }: Comparison, names: Names): string {
  return policies.length > 0 && differences.length === 0 ? `${names[0]} against ${names[1]}` : 'One against the other'
}

/** What was changed between the two, which is what any difference is put down to. */
function compared({ policies, differences }: Comparison): string {
  if (policies.length === 0)
    return differences.length > 0 ? '' : 'Both ran the same algorithms under the same conditions.'
  const changed = listed(policies.map(policyText))
  if (differences.length > 0) return `The algorithms differ as well: ${changed}.`
  const several =
    policies.length > 1 ? ' More than one was changed, so no difference can be put down to one of them.' : ''
  return `The two ran under the same conditions and differ in ${changed}.${several}`
}

/**
 * One line for a card. Samples are ranked by their test or not at all; a model is held against its measurement. Without
 * a comparison nothing is claimed.
 */
export function differenceIn(metric: string, runs: readonly Run[], comparison: Comparison | undefined): string | null {
  const row = comparison?.rows.find((candidate) => candidate.metric === metric)
  if (comparison === undefined || row === undefined || runs.length !== 2) return null
  if (comparison.kind === 'fidelity') return row.change === null ? null : `simulated is ${against(row.change)} measured`
  const names: Names = [runs[0]!.name, runs[1]!.name]
  if (row.significant)
    return `${named(row.note, names)} (${change(row.change)}, p ${row.adjustedP! < 0.001 ? '' : '= '}${pText(row.adjustedP!)})`
  return comparison.differences.length > 0 ? 'not ranked: see the comparison' : 'no difference shown'
}

/** Percents say little beyond half or double: a simulated 5 % and 2 % of the measured value both read as far too low. */
function factorOf(ratio: number): string | null {
  if (ratio > -0.5 && ratio < 1) return null
  return ratio <= -1 ? null : `${digits(ratio < 0 ? 1 / (1 + ratio) : 1 + ratio)} times`
}

function against(ratio: number): string {
  if (Math.abs(ratio) < 0.0005) return 'equal to'
  const factor = factorOf(ratio)
  if (factor !== null) return `${factor} ${ratio > 0 ? 'higher' : 'lower'} than`
  return `${change(Math.abs(ratio)).slice(1)} ${ratio > 0 ? 'above' : 'below'}`
}

export function errorOf(ratio: number | null): string {
  const factor = ratio === null ? null : factorOf(ratio)
  return factor === null ? change(ratio) : `${factor} too ${ratio! > 0 ? 'high' : 'low'}`
}

type Names = readonly [string, string]

function callout({ kind, differences }: Comparison, names: Names): Markup {
  const lead =
    kind === 'fidelity' ? 'Not a clean test of the simulator, because' : 'Shown side by side, not ranked, because'
  return html`<p class="interrupted">${lead} ${listed(differences.map((difference) => named(difference, names)))}.</p>`
}

export function comparisonFinding({ rows, differences }: Comparison, names: Names): string {
  if (differences.length > 0) return 'The numbers stand next to each other; no difference between them is claimed.'
  const shown = rows.filter(({ significant }) => significant)
  const rest = rows.filter(({ significant, a, b }) => !significant && a.n > 0 && b.n > 0).map(labelOf)
  const sentences = shown.map((row) => `${capital(labelOf(row))}: ${named(row.note, names)} (${change(row.change)}).`)
  if (rest.length > 0)
    sentences.push(
      `${shown.length === 0 ? 'No difference shown' : 'No difference shown either'} in ${listed(rest, 'or')}.`,
    )
  return sentences.join(' ') || 'Nothing was measured in both.'
}

function fidelityFinding(rows: readonly ComparisonRow[]): string {
  // A phase of a fraction of a millisecond may be off by any factor and matter to nobody.
  const known = rows.filter(({ change, metric }) => change !== null && !metric.includes('.phases.'))
  if (known.length === 0) return 'No measure exists in both runs, so the simulator\u2019s error is not known.'
  const factor = ({ change }: ComparisonRow) => Math.abs(Math.log(Math.max(1e-6, 1 + change!)))
  const worst = known.reduce((a, b) => (factor(b) > factor(a) ? b : a))
  const failover = known.find(({ metric }) => metric === 'failoverMs')
  const first =
    failover === undefined ? '' : `The simulated failover time is ${against(failover.change!)} the measured one. `
  if (worst === failover) return `${first}In no other measure is the simulator further off.`
  return `${first}The simulator is furthest off in ${labelOf(worst)}: ${against(worst.change!)} measured.`
}

export function labelOf({ metric }: ComparisonRow): string {
  return LABELS[metric] ?? metric
}

export function sample({ n, median, interval }: SampleSummary, unit: ComparisonRow['unit']): Cell {
  if (n === 0) return { shown: 'not measured', raw: '' }
  const middle = median === null ? 'never ended' : `${digits(median)} ${unit === 'ms' ? 'ms' : '/s'}`
  const between = interval === null ? '' : `${intervalText(interval, digits)}, `
  return { shown: html`<b>${middle}</b><br><small>${between}n\u00a0=\u00a0${n}</small>`, raw: median }
}

/** The reason for not ranking is given once, above the table. */
function saidOf({ note, significant }: ComparisonRow, names: Names, isRanked: boolean): Markup | string {
  if (significant) return html`<strong>${named(note, names)}</strong>`
  return isRanked ? named(note, names) : 'not ranked'
}

/** Notes speak of a and b; readers know the runs by name. */
export function named(note: string, names: Names): string {
  if (note === 'a was interrupted') return `${names[0]} was interrupted`
  if (note === 'b was interrupted') return `${names[1]} was interrupted`
  return note.replace(/^b is /, `${names[1]} is `)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
