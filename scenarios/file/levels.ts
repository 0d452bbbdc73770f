/** Consistency levels of a workload: one for all operations, or each operation's own, drawn by shares. */
import type { Consistency } from '../../algorithms/statements.ts'

export const LEVELS = ['STRONG', 'SESSION', 'EVENTUAL'] as const satisfies readonly Consistency[]

/** Shares of the operations; they add up to 1, and a level that is not named has none. */
export type LevelShares = Readonly<{ [level in Consistency]?: number | undefined }>

export function mayOffer(consistency: Consistency | LevelShares, level: Consistency): boolean {
  return typeof consistency === 'string' ? consistency === level : (consistency[level] ?? 0) > 0
}

/** `uniform`: a draw from [0, 1). */
export function drawLevel(shares: LevelShares, uniform: number): Consistency {
  let below = 0
  let last: Consistency = 'STRONG'
  for (const level of LEVELS) {
    const share = shares[level] ?? 0
    if (share === 0) continue
    below += share
    last = level
    if (uniform < below) return level
  }
  // The shares add up to 1 but for rounding.
  return last
}

/** `STRONG`, or `50 % STRONG, 30 % SESSION, 20 % EVENTUAL`. */
export function levelsText(consistency: Consistency | LevelShares): string {
  if (typeof consistency === 'string') return consistency
  return LEVELS.filter((level) => mayOffer(consistency, level))
    .map((level) => `${Math.round(consistency[level]! * 1000) / 10} % ${level}`)
    .join(', ')
}
