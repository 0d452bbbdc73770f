/**
 * From the faults as written to the schedule both worlds follow: `for:` becomes an undo step of its own, steps are in
 * order of time, and what cannot be meant is refused: a target that does not exist, a fault after the end, an undo
 * of nothing.
 */
import { formatDuration } from '../file/amounts.ts'
import type { Mistakes } from '../file/mistakes.ts'
import type { Scenario } from '../scenario.ts'
import { checkTargets } from './check-targets.ts'
import { checkUndos, type Scheduled } from './check-undos.ts'
import { undoOf } from './facts.ts'
import { FAULTS } from './list.ts'
import { checkMoment } from './moments.ts'
import { type FaultStep, NO_AMOUNTS } from './step.ts'
import type { Refuse, WrittenFault } from './written-fault.ts'

/** `isWhole`: no step of the file is missing from `written`. */
export function faultSteps(
  written: readonly WrittenFault[],
  cluster: Scenario['cluster'],
  durationUs: number,
  refuse: Refuse,
  mistakes: Mistakes,
  isWhole: boolean,
): readonly FaultStep[] {
  const steps: Scheduled[] = []
  const read = (fault: WrittenFault): true => {
    checkTargets(fault, cluster, refuse)
    FAULTS[fault.verb].check?.(fault, refuse, cluster)
    checkMoment(fault, cluster, durationUs, refuse)
    const { parsed, path, verb } = fault
    const step = toStep(fault)
    steps.push({ step, path, undoes: null })
    const undo = undoOf(verb)
    const [length = 'for'] = (['open', 'hold'] as const).filter((key) => parsed[key] !== undefined)
    const lastsUs = parsed[length]
    if (lastsUs === undefined || undo === null) return true
    const endUs = step.atUs + lastsUs
    if (step.after === null && endUs >= durationUs)
      refuse(
        [...path, length],
        `${verb} lasts beyond the end`,
        `an end before ${formatDuration(durationUs)} (leave \`${length}\` out: what is still on at the end is healed)`,
        `an end at ${formatDuration(endUs)}`,
      )
    steps.push({ step: { ...step, ...NO_AMOUNTS, atUs: endUs, verb: undo }, path, undoes: step })
    return true
  }
  const each = written.map((fault) => mistakes.attempt(() => read(fault)))
  // Stable, so that steps of the same moment keep the order in which they are written. When an event comes nobody knows.
  const timeOf = ({ step }: Scheduled) => (step.after === null ? 0 : durationUs) + step.atUs
  steps.sort((a, b) => timeOf(a) - timeOf(b))
  // What undoes what can be told only of a schedule that is whole.
  if (isWhole && !each.includes(null)) mistakes.attempt(() => checkUndos(steps, refuse))
  const order = steps.map(({ step }) => step)
  return steps.map(({ step, undoes }) => (undoes === null ? step : { ...step, undoOf: order.indexOf(undoes) }))
}

function toStep({ verb, parsed, target, line }: WrittenFault): FaultStep {
  return {
    atUs: parsed.after?.delayUs ?? parsed.at!,
    after: parsed.after?.event ?? null,
    verb,
    target: Array.isArray(target) ? target : [],
    split: 'split' in target ? target.split : [],
    direction: parsed.direction ?? 'both',
    except: parsed.except ?? [],
    link: 'link' in target ? target.link : null,
    ...NO_AMOUNTS,
    ...FAULTS[verb].amounts?.(parsed),
    failureThreshold: 'failureThreshold' in target ? target.failureThreshold : null,
    undoOf: null,
    line,
  }
}
