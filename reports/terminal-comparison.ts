/** Two results side by side, as a table for the terminal. */
import type { Comparison, SampleSummary } from '../scenarios/compare.ts'
import { digits, missing } from './numbers.ts'

export function comparisonText(compared: Comparison, names: readonly [string, string]): string {
  const title =
    compared.kind === 'fidelity'
      ? "a simulation beside a measurement: each row is the simulator's error"
      : 'median [95 % interval], change from a to b, Mann-Whitney'
  const table = [
    ['', 'a', 'b', 'change', 'p', ''],
    ...compared.rows.map(({ metric, unit, a, b, change, p, note }) => [
      `${metric} (${unit})`,
      sampleText(a),
      sampleText(b),
      change === null ? missing : `${change > 0 ? '+' : ''}${digits(change * 100)} %`,
      p === null ? missing : p < 0.001 ? '< 0.001' : p.toFixed(3),
      // The reason stands above the table already.
      compared.differences.length > 0 ? 'not ranked' : note,
    ]),
  ]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  return [
    `a  ${names[0]}`,
    `b  ${names[1]}`,
    title,
    ...compared.differences.map((difference) => `  not ranked: ${difference}`),
    '',
    ...table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd()),
  ].join('\n')
}

function sampleText({ n, median, ci95 }: SampleSummary): string {
  if (n === 0) return missing
  return `${digits(median)}${ci95 === null ? '' : ` [${digits(ci95[0])}, ${digits(ci95[1])}]`} n=${n}`
}
