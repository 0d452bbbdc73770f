/** An expectation and what became of it, in words: over several trials with the seed of the worst. */
import type { ExpectationResult } from '../scenarios/result.ts'
import { digits, missing, plural } from './numbers.ts'

/** `operations.failed == 4`, as the file has it. */
export function wantedText({ path, op, limit }: ExpectationResult): string {
  return `${path} ${op === '==' ? 'to be' : op} ${limit}`
}

/** `9 in seed 4, missed in 4 of 5 trials`; of one trial, or of a number over all, the number alone. */
export function actualText(result: ExpectationResult, show: (value: number) => string = digits): string {
  const { actual, seed, trials, missed } = result
  const found = typeof actual === 'number' ? show(actual) : (actual ?? missing)
  if (seed === undefined || trials === undefined || missed === undefined) return found
  if (missed === 0) return `${found} in seed ${seed}, the worst of ${plural(trials, 'trial')}`
  return `${found} in seed ${seed}, missed in ${missed} of ${plural(trials, 'trial')}`
}
