/** Numbers and tables as every summary writes them. */
import { quantileOfSorted } from '../../scenarios/measures/statistics.ts'

/** `median / p95 / max`; null counts as never: infinitely long. */
export function spread(values: readonly (number | null)[]): string {
  if (values.length === 0) return ''
  const sorted = Float64Array.from(values, (value) => value ?? Number.POSITIVE_INFINITY).sort()
  return [0.5, 0.95, 1].map((p) => number(quantileOfSorted(sorted, p))).join(' / ')
}

function number(value: number): string {
  if (!Number.isFinite(value)) return 'never'
  return value !== Math.round(value) && Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0)
}

/** `pass 12, unknown 1`. */
export function counted(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => `${value} ${count}`).join(', ')
}

export function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
