/** What the looks at a fault's target say, by the rule of its verb. */
import type { Sight } from './fault-world.ts'
import { HURTS, type HurtVerb } from './list.ts'

/** Why there is nothing to hurt, or null. `on`: what else is on at its target. */
export function idleReason(verb: HurtVerb, before: Sight, on: readonly HurtVerb[]): string | null {
  const { idle, waitsFor } = HURTS[verb].witness
  const waits = on.some((other) => waitsFor?.verbs.includes(other))
  return idle[before.look] ?? (waits ? waitsFor!.words : null)
}

export function holds(verb: HurtVerb, before: Sight, now: Sight): boolean {
  const { holds: expected } = HURTS[verb].witness
  if (expected === 'changed') return haveChanged(before.amounts ?? [], now.amounts ?? [])
  // Somebody else may have started it again at the moment at which it ended: what was hurt is over all the same.
  return now.look === expected || (expected === 'gone' && now.life !== before.life)
}

function haveChanged(before: readonly number[], now: readonly number[]): boolean {
  return now.length !== before.length || now.some((amount, i) => amount !== before[i])
}

export function isUndone(verb: HurtVerb, now: Sight): boolean {
  const { undone } = HURTS[verb].witness
  return undone === null || undone.includes(now.look)
}
