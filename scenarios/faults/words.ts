/** A step in words, as `explain` says it. */
import { formatDuration } from '../file/amounts.ts'
import { afterText } from './anchors.ts'
import { FAULTS } from './list.ts'
import type { FaultStep } from './step.ts'

const ROLES: Readonly<Record<string, string>> = {
  source: 'the source of that moment',
  replica: 'a replica',
  fastest: 'the fastest replica',
  any: 'any one server',
  minority: 'a minority of the servers',
  crashed: 'what was crashed',
  all: 'every server',
  strongest: 'the t followers that decide most',
  weakest: 'the t followers that decide least',
  issuer: 'the timestamp server that issues',
}

export function stepText(step: FaultStep): string {
  const { words } = FAULTS[step.verb]
  const details = [
    ...(words.details?.(step) ?? []),
    ...(step.except.length > 0 ? [`except for ${step.except.join(', ')}`] : []),
  ]
  const detail = details.length === 0 ? '' : `: ${details.join(', ')}`
  const when = step.after === null ? formatDuration(step.atUs).padStart(7) : afterText(step.after, step.atUs)
  return `${when}  ${targetText(step)} ${words.does}${detail}`
}

function targetText(step: FaultStep): string {
  if (step.failureThreshold !== null) return `a failure threshold of ${step.failureThreshold}`
  if (step.link !== null) return `the link ${step.link.from}->${step.link.to}`
  if (step.split.length > 0) return `${step.split.map((group) => group.join('+')).join(' from ')}`
  return step.target.map((name) => ROLES[name] ?? name).join(' and ')
}
