/** Several results against a baseline, the first: one table, each of the others in a column of its own. */
import type { Comparison, ComparisonRow } from '../scenarios/measures/compare-results.ts'
import { change } from '../scenarios/shown/numbers.ts'
import { comparisonFinding, errorOf, labelOf, named, pText, sample, testText } from './comparison.ts'
import { RANGE_NOTE } from './intervals.ts'
import { html, listed, type Markup } from './markup.ts'
import type { Run } from './runs.ts'
import { type Cell, table } from './tables.ts'

/** `runs[0]` is the baseline, `comparisons[i]` holds `runs[i + 1]` against it. */
export function renderComparisons(runs: readonly Run[], comparisons: readonly Comparison[]): Markup {
  const [baseline, ...others] = runs.map(({ name }) => name)
  const metrics = rowsOf(comparisons)
  return html`<section id="comparison"><h2>Each against ${baseline}</h2>
${comparisons.map((comparison, index) => sentence(comparison, [baseline!, others[index]!]))}
${table({
  id: 'comparison',
  caption: 'Comparison over the trials',
  columns: [
    { title: 'measure' },
    { title: `${baseline}: median, interval, n`, numeric: true },
    ...others.map((name) => ({ title: `${name}: median, interval, n, change`, numeric: true })),
  ],
  rows: metrics.map((rows) => {
    const row = rows.find((one) => one !== undefined)!
    return [
      labelOf(row),
      sample(row.a, row.unit),
      ...rows.map((one, index) => cell(one, comparisons[index]!, [baseline!, others[index]!])),
    ]
  }),
  note: `${testText(comparisons.find(({ tests }) => tests !== null) ?? comparisons[0]!)} ${RANGE_NOTE}`,
})}
</section>
`
}

/** The rows of all comparisons by metric; undefined where one has no such row. */
export function rowsOf(comparisons: readonly Comparison[]): (ComparisonRow | undefined)[][] {
  const metrics = new Set(comparisons.flatMap(({ rows }) => rows.map(({ metric }) => metric)))
  return [...metrics].map((metric) => comparisons.map(({ rows }) => rows.find((row) => row.metric === metric)))
}

function sentence(comparison: Comparison, names: readonly [string, string]): Markup {
  const { differences, kind, sameRule } = comparison
  const lead = kind === 'fidelity' ? 'no clean test of the simulator' : 'shown side by side, not ranked'
  if (differences.length > 0)
    return html`<p class="interrupted">${names[1]}: ${lead}, because ${listed(differences.map((difference) => named(difference, names)))}.</p>`
  const finding =
    kind === 'fidelity'
      ? 'a simulation beside a measurement, which are not ranked.'
      : `${comparisonFinding(comparison, names)} ${sameRule ?? ''}`
  return html`<p class="finding"><strong>${names[1]}</strong>: ${finding}</p>`
}

function cell(row: ComparisonRow | undefined, comparison: Comparison, names: readonly [string, string]): Cell {
  if (row === undefined) return { shown: 'not measured', raw: '' }
  const { shown, raw = null } = sample(row.b, row.unit)
  if (comparison.kind === 'fidelity')
    return { shown: html`${shown}<br><small>simulated is off by ${errorOf(row.change)}</small>`, raw }
  const p = row.adjustedP === null ? '' : `, p\u00a0${row.adjustedP < 0.001 ? '' : '=\u00a0'}${pText(row.adjustedP)}`
  const note = comparison.differences.length > 0 ? 'not ranked' : named(row.note, names)
  const said = row.significant ? html`<strong>${note}</strong>` : note
  return { shown: html`${shown}<br><small>${change(row.change)}${p}</small><br><small>${said}</small>`, raw }
}
