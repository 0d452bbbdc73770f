/** Two results side by side, as a table for the terminal. */
import { digits, missing } from './numbers.ts'

interface Sample {
  readonly n: number
  readonly median: number | null
  readonly ci95: readonly [number, number] | null
}

/** What `compareResults` returns, as far as a table needs it. */
export interface Compared {
  readonly kind: 'comparison' | 'fidelity'
  readonly differences: readonly string[]
  readonly rows: readonly {
    readonly metric: string
    readonly unit: string
    readonly a: Sample
    readonly b: Sample
    readonly change: number | null
    readonly p: number | null
    readonly note: string
  }[]
}

export function comparisonText(compared: Compared, names: readonly [string, string]): string {
  const title =
    compared.kind === 'fidelity'
      ? "a simulation beside a measurement: each row is the simulator's error"
      : 'median [95 % interval], change from a to b, Mann-Whitney'
  const table = [
    ['', 'a', 'b', 'change', 'p', ''],
    ...compared.rows.map(({ metric, unit, a, b, change, p, note }) => [
      `${metric} (${unit.replace(/Ms$/, 'ms')})`,
      sampleText(a),
      sampleText(b),
      change === null ? missing : `${change > 0 ? '+' : ''}${digits(change * 100)} %`,
      p === null ? missing : p < 0.001 ? '< 0.001' : p.toFixed(3),
      note,
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

function sampleText({ n, median, ci95 }: Sample): string {
  if (n === 0) return missing
  return `${digits(median)}${ci95 === null ? '' : ` [${digits(ci95[0])}, ${digits(ci95[1])}]`} n=${n}`
}
