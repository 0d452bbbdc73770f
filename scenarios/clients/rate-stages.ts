/**
 * Load that rises and falls: stages, in each of which the rate goes in a straight line from one value to another.
 *
 * Arrivals at a constant rate are one operation in each unit of "operations due"; with a rate that changes, what is due
 * by a moment is the integral of the rate, and a moment is found from what is due by its inverse. So Poisson
 * and evenly spaced arrivals stay what they are in units of operations, and only those units are laid out in time. The
 * integral of straight lines is a parabola in each stage, whose inverse takes a square root and nothing finer: exact.
 */
export interface RateStage {
  readonly fromPerSec: number
  readonly toPerSec: number
  readonly durationUs: number
}

/** Expected number of operations in a stage. */
function operationsIn({ fromPerSec, toPerSec, durationUs }: RateStage): number {
  return (((fromPerSec + toPerSec) / 2) * durationUs) / 1e6
}

export function operationsOf(stages: readonly RateStage[]): number {
  return stages.reduce((sum, stage) => sum + operationsIn(stage), 0)
}

/** A cursor over the stages: asked with ascending numbers, it goes through them once. */
export class StagedArrivals {
  readonly #stages: readonly RateStage[]
  #index = 0
  #beganUs = 0
  /** Due before the stage of `#index`. */
  #before = 0

  constructor(stages: readonly RateStage[]) {
    this.#stages = stages
  }

  /** When so many operations are due, in microseconds, unrounded; Infinity: never. */
  momentOf(operations: number): number {
    for (; this.#index < this.#stages.length; this.#index++) {
      const stage = this.#stages[this.#index]!
      const inStage = operationsIn(stage)
      if (operations - this.#before <= inStage && inStage > 0)
        return this.#beganUs + within(stage, operations - this.#before)
      this.#before += inStage
      this.#beganUs += stage.durationUs
    }
    return Number.POSITIVE_INFINITY
  }
}

/** Solves from t + slope t^2 / 2 = operations, in the form that stays exact where the slope is nothing. */
function within({ fromPerSec, toPerSec, durationUs }: RateStage, operations: number): number {
  const from = fromPerSec / 1e6
  const slope = (toPerSec - fromPerSec) / 1e6 / durationUs
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * operations))
  return operations === 0 ? 0 : Math.min(durationUs, (2 * operations) / (from + root))
}
