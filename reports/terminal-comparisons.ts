/** Two or more results side by side on a terminal: two as terminal-comparison.ts has them, more against the first. */
import { type Comparison, type ComparisonRow, policyText } from '../scenarios/measures/compare-results.ts'
import { change, missing } from '../scenarios/shown/numbers.ts'
import { named, pText, testText } from './comparison.ts'
import { rowsOf } from './comparisons.ts'
import type { ComparedResults } from './export/comparison-formats.ts'
import { formsOf, letterOf } from './runs.ts'
import { tame } from './terminal.ts'
import { aligned, comparisonText, sampleText, sharedTrust } from './terminal-comparison.ts'
import { wrapped } from './wrapping.ts'

export function comparisonsText(
  { paths, results, comparisons }: ComparedResults,
  width = Number.POSITIVE_INFINITY,
): string {
  const forms = formsOf(results)
  if (comparisons.length === 1) return comparisonText(comparisons[0]!, [paths[0]!, paths[1]!], width, forms)
  const heads = forms ?? paths.map((_, index) => letterOf(index))
  const shared = sharedTrust(comparisons.flatMap(({ rows }) => rows))
  const table = [
    ['', ...heads],
    ...rowsOf(comparisons).map((rows) => {
      const row = rows.find((one) => one !== undefined)!
      const cells = rows.map((one, index) => cellText(one, comparisons[index]!, shared))
      return [`${row.metric} (${row.unit})`, sampleText(row.a, shared), ...cells]
    }),
  ]
  const side = aligned(table)
  const lines = side.every((line) => line.length <= width) ? side : stacked(table)
  const tested = comparisons.find(({ tests }) => tests !== null)
  return [
    ...heads.map((head, index) => `${head}  ${paths[index]}`),
    `median${shared === null ? '' : ` and ${shared}`}, change from ${heads[0]}`,
    ...comparisons.flatMap((comparison, index) => remarks(comparison, heads[0]!, heads[index + 1]!)),
    '',
    ...lines,
    ...(tested === undefined ? [] : ['', testText(tested)]),
  ]
    .map((line) => wrapped(tame(line), width, 4))
    .join('\n')
}

function remarks({ kind, policies, differences, sameRule }: Comparison, a: string, b: string): string[] {
  return [
    ...(kind === 'fidelity'
      ? [`  ${a}, ${b}: a simulation beside a measurement`]
      : policies.map((policy) => `  ${a}, ${b}: compared: ${policyText(policy)}`)),
    ...(sameRule === null ? [] : [`  ${a}, ${b}: the same: ${sameRule}`]),
    ...differences.map((difference) => `  ${a}, ${b}: not ranked: ${named(difference, [a, b])}`),
  ]
}

function cellText(row: ComparisonRow | undefined, comparison: Comparison, shared: string | null): string {
  if (row === undefined || row.b.n === 0) return missing
  const changed = row.change === null ? '' : `  ${change(row.change)}`
  return `${sampleText(row.b, shared)}${changed}${verdictText(row, comparison)}`
}

function verdictText({ significant, adjustedP, note }: ComparisonRow, { kind, differences }: Comparison): string {
  if (kind === 'fidelity' || differences.length > 0) return ''
  if (significant) return `  ${note.replace(/^b is /, '')} (p ${adjustedP! < 0.001 ? '' : '= '}${pText(adjustedP!)})`
  return adjustedP === null ? '' : '  ~'
}

/** For a narrow terminal: each measure with its values below it. */
function stacked([heads, ...rows]: readonly (readonly string[])[]): string[] {
  return rows.flatMap(([metric, ...cells]) => [
    `  ${metric}`,
    ...cells.map((text, index) => `    ${heads![index + 1]}  ${text}`),
  ])
}
