/**
 * Does a process grow, in memory or in anything else? That goes up and down with what it does and with its garbage, so
 * windows of two minutes are taken by their medians, and the growth is the median of the slopes between all pairs of
 * windows (Theil and Sen): no single peak decides. The beginning is left out, in which caches and pools fill.
 */

export interface Sample {
  /** Since the beginning of the run. */
  readonly atMs: number
  readonly name: string
  readonly pid: number
  readonly value: number
}

export interface Growth {
  readonly name: string
  readonly lifeMinutes: number
  /** That were judged. */
  readonly windows: number
  readonly first: number
  readonly last: number
  /** Null: its longest life was too short to say. */
  readonly per10Minutes: number | null
}

const WINDOW_MS = 120_000
const LEAST_WINDOWS = 3
const TEN_MINUTES_MS = 600_000

/** Of each process, in its longest life, of which the first `settleMs` are left out. */
export function growthOf(samples: readonly Sample[], settleMs: number): readonly Growth[] {
  const byName = grouped(samples, ({ name }) => name)
  return [...byName].map(([name, all]) => {
    const lives = [...grouped(all, ({ pid }) => pid).values()]
    const life = lives.toSorted((a, b) => lengthMs(b) - lengthMs(a))[0]!
    const startMs = life[0]!.atMs
    const settled = life.filter(({ atMs }) => atMs >= startMs + settleMs)
    const medians = [...grouped(settled, ({ atMs }) => Math.floor((atMs - startMs) / WINDOW_MS))].map(
      ([window, inside]) => ({ atMs: window * WINDOW_MS, value: median(inside.map(({ value }) => value)) }),
    )
    return {
      name,
      lifeMinutes: lengthMs(life) / 60_000,
      windows: medians.length,
      first: medians[0]?.value ?? life[0]!.value,
      last: medians.at(-1)?.value ?? life.at(-1)!.value,
      per10Minutes: medians.length < LEAST_WINDOWS ? null : slope(medians) * TEN_MINUTES_MS,
    }
  })
}

function grouped<T, K>(all: readonly T[], keyOf: (one: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function slope(points: readonly { readonly atMs: number; readonly value: number }[]): number {
  return median(points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.value - a.value) / (b.atMs - a.atMs))))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function lengthMs(life: readonly Sample[]): number {
  return life.at(-1)!.atMs - life[0]!.atMs
}
