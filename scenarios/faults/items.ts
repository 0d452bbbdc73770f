/** What one step hits when it fires: an item for each thing hurt, with the label that people read. */

import { linkPairs, type Pair, partitionPairs } from './link-pairs.ts'
import { FAULTS, HURTS, type HurtVerb } from './list.ts'
import type { FaultStep } from './step.ts'

/** A process that a step's words mean, and the role it was meant by; null: its own name. */
export interface Meant {
  readonly name: string
  readonly role: string | null
}

export interface Item {
  readonly step: FaultStep
  readonly verb: HurtVerb
  /** Processes that it is about. */
  readonly names: readonly string[]
  /** Links that it is about, if any. */
  readonly pairs: readonly Pair[]
  /** The line people read, e.g. `crash node1 (source)`. */
  readonly label: string
}

/** `processes`: all that links join, in the world's order; `except`: resolved. */
export function itemsOf(
  step: FaultStep,
  verb: HurtVerb,
  meant: readonly Meant[],
  except: readonly string[],
  processes: readonly string[],
): readonly Item[] {
  if (step.link !== null) {
    const pairs = linkPairs(step.link, processes)
    const what = `${step.link.from}->${step.link.to}`
    return [{ step, verb, names: [...new Set(pairs.flat())], pairs, label: labelOf(step, what) }]
  }
  if (step.split.length > 0) {
    const what = step.split.map((group) => group.join(' ')).join(' | ')
    const pairs = partitionPairs(step, [], except, processes)
    return [{ step, verb, names: step.split.flat(), pairs, label: labelOf(step, what) }]
  }
  if (HURTS[verb].each === 'process')
    return meant.map((one) => ({ step, verb, names: [one.name], pairs: [], label: labelOf(step, meantText([one])) }))
  const names = meant.map(({ name }) => name)
  const pairs = partitionPairs(step, names, except, processes)
  return names.length === 0 ? [] : [{ step, verb, names, pairs, label: labelOf(step, meantText(meant)) }]
}

function labelOf(step: FaultStep, what: string): string {
  return `${step.verb} ${what}${FAULTS[step.verb].words.amounts?.(step) ?? ''}`
}

/** `node1 (source), node3`: each role behind those that were meant by it. */
function meantText(meant: readonly Meant[]): string {
  return meant
    .map(({ name, role }, i) => (role === null || meant[i + 1]?.role === role ? name : `${name} (${role})`))
    .join(', ')
}
