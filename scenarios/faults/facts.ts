/** What a verb does to whoever depends on its target: the one place that failovers, lag and checks ask. */
import type { FaultVerb } from '../scenario.ts'

export interface FaultFacts {
  /**
   * Does its target serve nobody? `until-undone`, `while-it-restarts` (it comes back by itself), or `never`: it serves,
   * however badly.
   */
  readonly away: 'until-undone' | 'while-it-restarts' | 'never'
  /** Do those who ask its target wait longer, or get no answer? Then it may be what a failover is for. */
  readonly disturbs: boolean
}

const GONE: FaultFacts = { away: 'until-undone', disturbs: true }
const SLOW: FaultFacts = { away: 'never', disturbs: true }
/** An undo, a request to the coordinator, or what is hurt is nothing that clients wait for. */
const HARMLESS: FaultFacts = { away: 'never', disturbs: false }

const FACTS: Readonly<Record<FaultVerb, FaultFacts>> = {
  crash: GONE,
  'power-loss': GONE,
  stop: GONE,
  pause: GONE,
  partition: GONE,
  restart: HARMLESS,
  start: HARMLESS,
  resume: HARMLESS,
  heal: HARMLESS,
  slow: SLOW,
  unslow: HARMLESS,
  lose: SLOW,
  deliver: HARMLESS,
  'lose-relay-logs': { away: 'while-it-restarts', disturbs: true },
  // A replica serves what it has applied; its lag is what is measured.
  'block-applier': HARMLESS,
  'unblock-applier': HARMLESS,
  // Its coordinator goes on with what it knows.
  'lose-journal': HARMLESS,
  // To and from timestamp servers alone.
  duplicate: HARMLESS,
  reorder: HARMLESS,
  'skew-clock': HARMLESS,
  'unskew-clock': HARMLESS,
  switchover: HARMLESS,
  'change-threshold': HARMLESS,
}

/** Its target serves nobody for a while: a replica that missed transactions, a source that may be replaced. */
export function takesAway(verb: FaultVerb): boolean {
  return FACTS[verb].away !== 'never'
}

/** Its target serves nobody until the undo: what is never undone stays away. */
export function keepsAway(verb: FaultVerb): boolean {
  return FACTS[verb].away === 'until-undone'
}

/** Whoever asks its target waits longer or gets no answer; what takes a target away disturbs it, too. */
export function disturbs(verb: FaultVerb): boolean {
  return FACTS[verb].disturbs
}
