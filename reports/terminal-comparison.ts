/** Two results side by side, as a table for the terminal. */
import { type Comparison, policyText, type SampleSummary } from '../scenarios/measures/compare-results.ts'
import { change, digits, missing } from '../scenarios/shown/numbers.ts'
import { named, pText, testText } from './comparison.ts'
import { levelText } from './intervals.ts'
import { tame } from './terminal.ts'
import { wrapped } from './wrapping.ts'

/** `paths`: the two results. Columns are headed by the names of their forms or, without, by the algorithms where those differ. */
export function comparisonText(
  compared: Comparison,
  paths: readonly [string, string],
  width = Number.POSITIVE_INFINITY,
  forms: readonly string[] | null = null,
): string {
  const heads = forms === null ? headsOf(compared) : ([forms[0]!, forms[1]!] as const)
  const shared = sharedTrust(compared.rows)
  const title =
    compared.kind === 'fidelity'
      ? "a simulation beside a measurement: each row is the simulator's error"
      : `median${shared === null ? '' : ` and ${shared}`}, change from ${heads[0]} to ${heads[1]}`
  const table = [
    ['', ...heads, 'change', (compared.tests?.count ?? 1) > 1 ? 'p corrected' : 'p', ''],
    ...compared.rows.map(({ metric, unit, a, b, change: ratio, adjustedP, note }) => [
      `${metric} (${unit})`,
      sampleText(a, shared),
      sampleText(b, shared),
      change(ratio),
      adjustedP === null ? missing : pText(adjustedP),
      // The reason stands above the table already.
      compared.differences.length > 0 ? 'not ranked' : named(note, heads),
    ]),
  ]
  const side = aligned(table)
  const lines = side.every((line) => line.length <= width) ? side : stacked(table)
  const widest = Math.max(heads[0].length, heads[1].length)
  return [
    ...heads.map((head, index) => `${head.padEnd(widest)}  ${paths[index]}`),
    title,
    ...(compared.kind === 'fidelity' ? [] : compared.policies.map((policy) => `  compared: ${policyText(policy)}`)),
    ...(compared.sameRule === null ? [] : [`  the same: ${compared.sameRule}`]),
    ...compared.differences.map((difference) => `  not ranked: ${named(difference, heads)}`),
    '',
    ...lines,
    ...(compared.kind === 'fidelity' || compared.differences.length > 0 ? [] : ['', testText(compared)]),
  ]
    .map((line) => wrapped(tame(line), width, 4))
    .join('\n')
}

type Rows = readonly (readonly string[])[]

export function aligned(table: Rows): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  return table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
}

/** For a narrow terminal: each measure with its values below it. */
function stacked([head, ...rows]: Rows): string[] {
  const widest = Math.max(head![1]!.length, head![2]!.length)
  return rows.flatMap(([metric, a, b, change, p, note]) => [
    `  ${metric}${note === '' ? '' : `: ${note}`}`,
    `    ${head![1]!.padEnd(widest)}  ${a}`,
    `    ${head![2]!.padEnd(widest)}  ${b}`,
    ...(change === missing ? [] : [`    ${head![3]} ${change}${p === missing ? '' : `, ${head![4]} ${p}`}`]),
  ])
}

function headsOf({ kind, policies }: Comparison): readonly [string, string] {
  if (kind === 'fidelity' || policies.length === 0) return ['a', 'b']
  return [policies.map(({ a }) => a).join(', '), policies.map(({ b }) => b).join(', ')]
}

/** What nearly every cell would say of its interval, to be said once; null: they differ. */
export function sharedTrust(rows: Comparison['rows']): string | null {
  const trusts = new Set(rows.flatMap(({ a, b }) => [a, b]).flatMap((one) => (one.n === 0 ? [] : [trustText(one)])))
  return trusts.size === 1 ? [...trusts][0]! : null
}

function trustText({ n, interval }: SampleSummary): string {
  if (interval === null) return `n = ${n}`
  return `[${interval.kind === 'range' ? 'range' : `${levelText(interval.level)} interval`}], n = ${n}`
}

export function sampleText(sample: SampleSummary, shared: string | null): string {
  const { n, median, interval } = sample
  if (n === 0) return missing
  const between =
    interval === null ? '' : ` [${digits(interval.low)}, ${interval.high === null ? 'never' : digits(interval.high)}]`
  const trust = shared === null ? ` ${trustText(sample).replace(/^\[(.*)\]/, '$1')}` : ''
  return `${median === null ? 'never ended' : digits(median)}${between}${trust}`
}
