/** What the records say of a verb, as others ask: failovers, lag and checks, the swarm, the worlds. */
import type { Draws, World } from './fault.ts'
import { FAULT_VERBS, FAULTS, type FaultVerb, HURTS, type HurtVerb, type UndoVerb } from './list.ts'

export function isHurt(verb: FaultVerb): verb is HurtVerb {
  return FAULTS[verb].kind === 'hurts'
}

export function isUndo(verb: FaultVerb): verb is UndoVerb {
  return FAULTS[verb].kind === 'undoes'
}

/** Null: it happens, and is over; or it is an undo itself. */
export function undoOf(verb: FaultVerb): FaultVerb | null {
  const fault = FAULTS[verb]
  return fault.kind === 'hurts' ? fault.undo : null
}

/** What an undo undoes: one verb, or several. */
export function undoneBy(undo: FaultVerb): readonly HurtVerb[] {
  return FAULT_VERBS.filter(isHurt).filter((verb) => undoOf(verb) === undo)
}

/** Its target serves nobody for a while: a replica that missed transactions, a source that may be replaced. */
export function takesAway(verb: FaultVerb): boolean {
  const fault = FAULTS[verb]
  return fault.kind === 'hurts' && fault.away !== 'never'
}

/** Its target serves nobody until the undo: what is never undone stays away. */
export function keepsAway(verb: FaultVerb): boolean {
  const fault = FAULTS[verb]
  return fault.kind === 'hurts' && fault.away === 'until-undone'
}

/** Its target's process is gone until the undo, which the role `crashed` names. */
export function takesDown(verb: FaultVerb): boolean {
  const fault = FAULTS[verb]
  return fault.kind === 'hurts' && fault.away === 'until-undone' && fault.witness.holds === 'gone'
}

/** Whoever asks its target waits longer or gets no answer; what takes a target away disturbs it, too. */
export function disturbs(verb: FaultVerb): boolean {
  const fault = FAULTS[verb]
  return fault.kind === 'hurts' && fault.disturbs
}

/** How much longer than usual servers may take to converge after these, microseconds. */
export function lingeringUs(verbs: readonly FaultVerb[]): number {
  return Math.max(0, ...verbs.map((verb) => (isHurt(verb) ? (HURTS[verb].lingersUs ?? 0) : 0)))
}

/** An undo can be done where something that it undoes can. */
export function isPossible(verb: FaultVerb, world: World): boolean {
  const fault = FAULTS[verb]
  return fault.kind === 'undoes' ? undoneBy(verb).some((one) => isPossible(one, world)) : fault.worlds[world] === 'yes'
}

export function possibleIn(world: World): readonly FaultVerb[] {
  return FAULT_VERBS.filter((verb) => isPossible(verb, world))
}

/** What a swarm may draw where a file asks for it: everything but the undos, which come with what they undo. */
export const DRAWABLE: readonly FaultVerb[] = FAULT_VERBS.filter((verb) => !isUndo(verb))

export function drawnBy(...generators: readonly Draws[]): readonly FaultVerb[] {
  return FAULT_VERBS.filter((verb) => {
    const fault = FAULTS[verb]
    return fault.kind !== 'undoes' && fault.swarm.drawnBy !== null && generators.includes(fault.swarm.drawnBy)
  })
}

/** Of generators that came after the first swarms, whose seeds have to stay what they are. */
const ASKED_FOR: readonly Draws[] = ['incidents', 'machines', 'links']

/** What a swarm draws where a file says nothing. */
export const DRAWN: readonly FaultVerb[] = FAULT_VERBS.filter((verb) => {
  const fault = FAULTS[verb]
  if (fault.kind === 'undoes' || fault.swarm.drawnBy === null) return false
  return !ASKED_FOR.includes(fault.swarm.drawnBy)
})
