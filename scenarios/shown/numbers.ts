/**
 * Numbers as people read them. Digits follow the size: a reader compares 1.9 ms with 2.6 ms and 198 ms with 212 ms,
 * and nobody can use the fourth digit of either. `missing` is shown where there is no number.
 */
export const missing = '\u2013'

/** Three significant digits, no exponent, thousands separated. */
export function digits(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 100) return grouped(Math.round(value))
  if (size >= 10) return trimmed(value.toFixed(1))
  if (size >= 0.1) return trimmed(value.toFixed(2))
  return trimmed(value.toPrecision(2))
}

export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  if (Math.abs(value) >= 1000) return `${digits(value / 1000)}\u00a0s`
  return `${digits(value)}\u00a0ms`
}

/** A moment of the run, on the workload's clock. */
export function seconds(ms: number, decimals = 1): string {
  return `${fixed(ms / 1000, decimals)}\u00a0s`
}

/** With so many decimals, and never a negative zero. */
export function fixed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/^-(?=0(\.0*)?$)/, '')
}

export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  return grouped(Math.round(value))
}

export function percent(share: number): string {
  if (!Number.isFinite(share)) return missing
  const value = share * 100
  if (value > 99.9 && value < 100) return '99.9\u00a0%'
  return `${digits(value)}\u00a0%`
}

/** Of a difference to a baseline: `+7.32 %`. Below a twentieth of a percent it is none. */
export function change(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return missing
  const size = Math.abs(ratio * 100)
  return size < 0.05 ? '0\u00a0%' : `${ratio > 0 ? '+' : '\u2212'}${digits(size)}\u00a0%`
}

export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)}\u00a0${amount === 1 ? one : many}`
}

/** Scores that differ must not look alike: as many decimals as it takes to tell them apart, within reason. */
export function apart(values: readonly number[]): (value: number) => string {
  const distinct = new Set(values).size
  if (new Set(values.map(digits)).size === distinct) return digits
  for (let decimals = 3; decimals < 8; decimals++)
    if (new Set(values.map((value) => value.toFixed(decimals))).size === distinct)
      return (value) => value.toFixed(decimals)
  return digits
}

/** Data in a page carry four significant digits: a chart shows fewer, and a third of the bytes are saved. */
export function compact(value: number | null | undefined): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null
  return Number(value.toPrecision(4))
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
