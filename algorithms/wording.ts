/** Numbers in sentences, as people write them. */

/** `1 replica`, `0 replicas`, `3 replicas`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}

/** Exact: `60 s`, `1.5 s`, `300 ms`, `0.15 ms`. */
export function durationText(us: number): string {
  return Math.abs(us) >= 1_000_000 ? `${us / 1e6} s` : `${us / 1e3} ms`
}

/** To three digits: `15.1 s`, `1.23 s`, `87.4 ms`. Never a negative zero. */
export function aboutText(us: number): string {
  const [value, unit] = Math.abs(us) >= 1_000_000 ? [us / 1e6, 's'] : [us / 1e3, 'ms']
  const text = decimals(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text} ${unit}`
}

/** With so many decimals, and never a negative zero. */
export function decimals(value: number, digits: number): string {
  return value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, '')
}
