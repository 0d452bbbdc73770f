/** The small scenario that a failure was made into: what it is called, which others are the same, how large it is. */
import { isMapping, type Written } from '../file/written.ts'

/** Two small failures of one check with the same steps, but for their times, are one. */
export function shapeOf({ faults, algorithms, unsafe }: Written, check: string): string {
  const steps = ((faults as readonly Written[] | undefined) ?? []).map(({ at: _, for: __, ...step }) => step)
  return JSON.stringify([check, steps, algorithms, unsafe])
}

export function named(written: Written, check: string): Written {
  return { ...written, name: check, description: `Fails ${check}.` }
}

/** The steps of a scenario, for people: how many, and under what algorithms. */
export function sizeText(written: Written): string {
  const steps = (written.faults as readonly unknown[] | undefined)?.length ?? 0
  const unsafe =
    Array.isArray(written.unsafe) && written.unsafe.length > 0 ? `, unsafe: ${written.unsafe.join(', ')}` : ''
  const algorithms = isMapping(written.algorithms) ? `, ${Object.values(written.algorithms).join(', ')}` : ''
  return `${steps} ${steps === 1 ? 'step' : 'steps'}${algorithms}${unsafe}`
}
