/**
 * An interval in words. Its level is said as it is (96.9 % of six trials), and the range of fewer than six is called the
 * range: it holds the median less often than anybody expects of an interval.
 */
import type { MedianInterval } from '../scenarios/result-durations.ts'
import { missing } from '../scenarios/shown/numbers.ts'

/** `96.9 % interval 198 to 231 ms`, or `range 198 to 231 ms`; empty where there is none. */
export function intervalText(interval: MedianInterval | null | undefined, show: (value: number) => string): string {
  if (interval === null || interval === undefined) return ''
  const name = interval.kind === 'range' ? 'range' : `${levelText(interval.level)} interval`
  return `${name} ${boundsText(interval, show)}`
}

function boundsText({ low, high }: MedianInterval, show: (value: number) => string): string {
  return high === null ? `${show(low)} to never ended` : rangeText(low, high, show)
}

/** `96.9 %`, never more than it is: 99.97 % is not 100 %. */
export function levelText(level: number): string {
  return `${Math.floor(level * 1000) / 10}\u00a0%`
}

/** `16.9 to 20.1 ms`: the unit once where both have the same. */
export function rangeText(low: number, high: number, show: (value: number) => string): string {
  const [from, to] = [split(show(low)), split(show(high))]
  return `${from.value}${from.unit === to.unit ? '' : `\u00a0${from.unit}`} to ${show(high)}`
}

export function split(text: string): { value: string; unit: string } {
  const [value = text, unit = ''] = text.split('\u00a0')
  return { value, unit }
}

/** What a table of a few trials needs to say once. */
export const RANGE_NOTE =
  'Intervals of the median are by order statistics, at the level that stands beside them. Fewer than six trials have none of 95\u00a0%: their range is given, which holds the median in 75\u00a0% of cases for three trials, 87.5\u00a0% for four and 93.7\u00a0% for five.'

/** `198 to 231 (96.9 %)`, or `range 198 to 231`, for a column of its own. */
export function intervalCell(
  interval: MedianInterval | null | undefined,
  show: (value: number) => string,
): { readonly shown: string; readonly raw: string } {
  if (interval === null || interval === undefined) return { shown: missing, raw: '' }
  const bounds = boundsText(interval, show)
  const raw = `${interval.low} to ${interval.high ?? 'never ended'} (${interval.level})`
  return { shown: interval.kind === 'range' ? `range ${bounds}` : `${bounds} (${levelText(interval.level)})`, raw }
}
