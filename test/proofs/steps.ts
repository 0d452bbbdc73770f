/** A coordinator that dies, or sleeps until a successor reigns, at each step of a failover: on real servers, once for each. */
import { everyStep, HURTS, STEPS, stepText } from '../algorithms/failover/every-step.ts'
import type { Case } from './cases.ts'

export const STEP_CASES: readonly Case[] = STEPS.flatMap((step) =>
  HURTS.map((hurt) => ({ name: `${hurt} at ${stepText(step)}`, text: everyStep(step, hurt, 0) })),
)
