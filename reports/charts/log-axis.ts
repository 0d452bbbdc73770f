/**
 * A logarithmic axis whose domain and ticks are chosen here, from the data. Left to themselves the libraries round to
 * whole decades, and a latency between 1.9 and 3.3 ms becomes a flat line between 1 and 10 with two labels.
 */
export interface LogScale {
  readonly domain: readonly [number, number]
  readonly ticks: readonly number[]
}

/** How finely a decade is divided, by the number of decades shown. */
const DIVISIONS: readonly { readonly decades: number; readonly steps: readonly number[] }[] = [
  { decades: 1.2, steps: [1, 1.5, 2, 3, 4, 5, 6, 8] },
  { decades: 2.6, steps: [1, 2, 5] },
  { decades: Number.POSITIVE_INFINITY, steps: [1] },
]

/** The scale that holds these values, from one tick to another. Values that are missing or not positive are left out. */
export function logScale(values: Iterable<number | null | undefined>): LogScale {
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (const value of values) {
    if (value === null || value === undefined || !(value > 0) || value === Number.POSITIVE_INFINITY) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (high === 0) return { domain: [1, 10], ticks: [1, 10] }
  const decades = Math.log10(high / low)
  const { steps } = DIVISIONS.find((division) => decades <= division.decades)!
  const all: number[] = []
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++)
    for (const step of steps) all.push(Number(`${step}e${power}`))
  const first = all.findLastIndex((tick) => tick <= low)
  const last = all.findIndex((tick) => tick >= high)
  const ticks = all.slice(first, Math.max(last, first + 1) + 1)
  return { domain: [ticks[0]!, ticks.at(-1)!], ticks }
}
