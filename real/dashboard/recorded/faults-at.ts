/** Which faults are on at a moment, and what they do to whom. */

import { isUndo, keepsAway, takesDown } from '../../../scenarios/faults/facts.ts'
import { FAULT_VERBS, type FaultVerb } from '../../../scenarios/faults/list.ts'
import type { FaultResult } from '../../../scenarios/result.ts'
import type { FaultRecord } from '../../services/wire.ts'

export interface Trouble {
  readonly state: 'down' | 'paused' | 'degraded'
  readonly label: string
  readonly sinceMs: number
}

export function faultRecordsAt(faults: readonly FaultResult[], atMs: number): FaultRecord[] {
  return faults.flatMap((fault, index) =>
    fault.atMs > atMs || isUndoing(fault.kind) ? [] : [recordOf(fault, index, atMs)],
  )
}

function recordOf({ kind, target, label, atMs: startedAtMs, healed, witness }: FaultResult, id: number, atMs: number) {
  const isHealed = healed !== null && healed <= atMs
  return {
    id: `fault-${id + 1}`,
    verb: kind,
    target: target.join(', '),
    amounts: label.startsWith(kind) ? label.slice(kind.length).trim() : label,
    startedAtMs,
    healedAtMs: isHealed ? healed : null,
    witness: { before: witness.before, during: witness.during, after: isHealed ? witness.after : null },
  }
}

/** The worst of what is on for each process that is hit. */
export function troublesAt(faults: readonly FaultResult[], atMs: number): ReadonlyMap<string, Trouble> {
  const found = new Map<string, Trouble>()
  for (const { kind, target, label, atMs: sinceMs, healed } of faults) {
    if (sinceMs > atMs || isUndoing(kind) || (healed !== null && healed <= atMs)) continue
    const state = stateUnder(kind)
    for (const name of target) {
      const known = found.get(name)
      if (known === undefined || rank(state) >= rank(known.state)) found.set(name, { state, label, sinceMs })
    }
  }
  return found
}

function rank(state: Trouble['state']): number {
  return { degraded: 0, paused: 1, down: 2 }[state]
}

/** Undo steps are recorded as faults of their own; what they undo says when it was healed. */
function isUndoing(kind: string): boolean {
  return isVerb(kind) && isUndo(kind)
}

function stateUnder(kind: string): Trouble['state'] {
  if (!isVerb(kind)) return 'degraded'
  return takesDown(kind) ? 'down' : keepsAway(kind) ? 'paused' : 'degraded'
}

/** A result of another version may know others. */
function isVerb(kind: string): kind is FaultVerb {
  return (FAULT_VERBS as readonly string[]).includes(kind)
}
