/**
 * A coordinator that is spared, so that somebody sees each loss: it lives, or nothing keeps it from looking at the
 * servers and its peers from asking it. What nobody has seen, no rule can save.
 */
import { takesDown } from '../faults/facts.ts'
import type { FaultVerb } from '../faults/list.ts'
import type { Written } from '../file/written.ts'
import type { Target } from './plan.ts'

export interface Watcher {
  readonly process: string
  readonly keeps: 'living' | 'looking'
}

interface Aimed {
  readonly target: Target
  readonly amounts: Written
}

/** What is left of a step without what it would do to the watcher; null: nothing is. */
export function spared({ process, keeps }: Watcher, verb: FaultVerb, { target, amounts }: Aimed): Aimed | null {
  if (typeof target === 'string' || isList(target)) {
    const isHurt = [target].flat().includes(process)
    if (isHurt) return keeps === 'looking' || takesDown(verb) ? null : { target, amounts }
    if (keeps === 'living' || (verb !== 'partition' && verb !== 'flap')) return { target, amounts }
    // Who comes and goes does so for everybody.
    return verb === 'flap' ? null : { target, amounts: excepting(process, amounts) }
  }
  if (keeps === 'living') return { target, amounts }
  if ('link' in target) {
    const ends = target.link.split('->')
    return ends.includes(process) || ends.includes('*') ? null : { target, amounts }
  }
  const groups = target.split.map((group) => group.filter((name) => name !== process))
  const split = groups.filter((group) => group.length > 0)
  return split.length < 2 ? null : { target: { split }, amounts }
}

function excepting(process: string, amounts: Written): Written {
  const { except = [] } = amounts as { except?: string | readonly string[] }
  return { ...amounts, except: [...new Set([except, process].flat())] }
}

function isList(target: Target): target is readonly string[] {
  return Array.isArray(target)
}
