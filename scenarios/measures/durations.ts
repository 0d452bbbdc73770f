/**
 * Several durations in one trial: of failovers, of outages. Null is one that was not seen to end, and is longer than
 * any other.
 */
import type { DurationOutcome } from '../result-durations.ts'

/** Null: one of them was not seen to end. */
export function total(durations: readonly (number | null)[]): number | null {
  return durations.reduce((sum, ms) => (sum === null || ms === null ? null : sum + ms), 0)
}

/** `none` never happened and `open` never ended: two things that a number alone cannot tell apart. */
export function outcomeOf(durations: readonly (number | null)[]): DurationOutcome {
  if (durations.length === 0) return 'none'
  return durations.includes(null) ? 'open' : 'ended'
}

/** Beside a bound, where there is no number. */
export const OUTCOME_WORDS: Readonly<Record<DurationOutcome, string>> = {
  none: 'none: it never happened',
  ended: 'none in this trial',
  open: 'open: it was not seen to end',
}
