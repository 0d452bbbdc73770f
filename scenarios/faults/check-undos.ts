/**
 * Refuses an undo of nothing, and a fault twice at the same target without its undo in between. Item by item, as the
 * schedule proceeds; a role may name any number of processes, so it undoes, and is undone, loosely.
 */
import type { Path } from '../file/yaml-source.ts'
import { CRASHED, isRole } from './aims.ts'
import { isUndo, undoneBy, undoOf } from './facts.ts'
import { type FaultVerb, UNDOES } from './list.ts'
import type { FaultStep } from './step.ts'
import type { Refuse } from './written-fault.ts'

export interface Scheduled {
  readonly step: FaultStep
  readonly path: Path
  /** Of an undo that `for:` made: whose. */
  readonly undoes: FaultStep | null
}

/** What is on. */
interface On {
  readonly step: FaultStep
  readonly item: string
  readonly isRole: boolean
}

export function checkUndos(steps: readonly Scheduled[], refuse: Refuse): void {
  /** By the verb that undoes it. */
  const on = new Map<FaultVerb, On[]>()
  const undoable = (undo: FaultVerb): On[] => {
    const active = on.get(undo) ?? []
    on.set(undo, active)
    return active
  }
  // What begins after an event may be on at any time.
  for (const { step } of steps) {
    const undo = undoOf(step.verb)
    if (step.after !== null && undo !== null) undoable(undo).push({ step, item: '', isRole: true })
  }
  for (const scheduled of steps) {
    const { step } = scheduled
    const undo = undoOf(step.verb)
    if (undo !== null && step.after === null) begin(scheduled, undo, undoable(undo), refuse)
    else if (isUndo(step.verb)) end(scheduled, undoable(step.verb), refuse)
  }
}

function begin({ step, path }: Scheduled, undo: FaultVerb, active: On[], refuse: Refuse): void {
  const { verb } = step
  // A link may lose and repeat at once; nothing dies twice.
  const excludes = (other: On) => other.step.verb === verb || !(isUndo(undo) && UNDOES[undo].nests)
  for (const item of itemsOf(step)) {
    const same = active.find((other) => other.item === item && excludes(other))
    if (same !== undefined && !isRole(item))
      refuse(
        [...path, verb],
        `${verb} of ${item} twice`,
        `${undo} in between (first on line ${same.step.line})`,
        'none',
      )
    active.push({ step, item, isRole: isRole(item) })
  }
}

function end({ step, path, undoes }: Scheduled, active: On[], refuse: Refuse): void {
  for (const item of itemsOf(step)) {
    const isSame = (other: On) => other.item === item
    const possible = isRole(item) ? active.length > 0 : active.some((other) => isSame(other) || other.isRole)
    const does = undoneBy(step.verb).join(' or ')
    if (!possible)
      refuse(
        [...path, step.verb],
        `${step.verb} without its ${does}`,
        `an earlier step with ${does}: ${isRole(item) ? 'any target' : item}`,
        'none',
      )
    // The undo that `for` made is its own step's alone; a written one ends whatever is on.
    const stays = (other: On) => !isSame(other) || (undoes !== null && other.step !== undoes)
    const isAll = undoes === null && (item === 'all' || item === CRASHED)
    const left = isAll ? [] : active.filter(stays)
    active.splice(0, active.length, ...left)
  }
}

function itemsOf(step: FaultStep): readonly string[] {
  if (step.link !== null) return [`${step.link.from}->${step.link.to}`]
  if (step.split.length > 0) return [step.split.map((group) => group.join(' ')).join(' | ')]
  return step.target
}
