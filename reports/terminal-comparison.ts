/** Two results side by side, as a table for the terminal. */
import { type Comparison, policyText, type SampleSummary } from '../scenarios/compare.ts'
import { named } from './comparison.ts'
import { digits, missing } from './numbers.ts'
import { tame } from './terminal.ts'

/** `paths`: the two results. Columns are headed by the algorithms where those differ. */
export function comparisonText(compared: Comparison, paths: readonly [string, string]): string {
  const heads = headsOf(compared)
  const title =
    compared.kind === 'fidelity'
      ? "a simulation beside a measurement: each row is the simulator's error"
      : `median [95 % interval], change from ${heads[0]} to ${heads[1]}, Mann-Whitney`
  const table = [
    ['', ...heads, 'change', 'p', ''],
    ...compared.rows.map(({ metric, unit, a, b, change, p, note }) => [
      `${metric} (${unit})`,
      sampleText(a),
      sampleText(b),
      change === null ? missing : `${change > 0 ? '+' : ''}${digits(change * 100)} %`,
      p === null ? missing : p < 0.001 ? '< 0.001' : p.toFixed(3),
      // The reason stands above the table already.
      compared.differences.length > 0 ? 'not ranked' : named(note, heads),
    ]),
  ]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  const widest = Math.max(heads[0].length, heads[1].length)
  return [
    ...heads.map((head, index) => `${head.padEnd(widest)}  ${paths[index]}`),
    title,
    ...(compared.kind === 'fidelity' ? [] : compared.policies.map((policy) => `  compared: ${policyText(policy)}`)),
    ...compared.differences.map((difference) => `  not ranked: ${named(difference, heads)}`),
    '',
    ...table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd()),
  ]
    .map(tame)
    .join('\n')
}

function headsOf({ kind, policies }: Comparison): readonly [string, string] {
  if (kind === 'fidelity' || policies.length === 0) return ['a', 'b']
  return [policies.map(({ a }) => a).join(', '), policies.map(({ b }) => b).join(', ')]
}

function sampleText({ n, median, ci95 }: SampleSummary): string {
  if (n === 0) return missing
  return `${digits(median)}${ci95 === null ? '' : ` [${digits(ci95[0])}, ${digits(ci95[1])}]`} n=${n}`
}
