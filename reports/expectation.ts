/** An expectation and what became of it, in words: over several trials with the seed of the worst. */
import { type ExpectationResult, isShare } from '../scenarios/result.ts'
import { digits, missing, plural } from '../scenarios/shown/numbers.ts'

/** `operations.failed == 4`, as the file has it. */
export function wantedText({ path, op, limit }: ExpectationResult): string {
  return `${path} ${op === '==' ? 'to be' : op} ${isShare(path) ? percentOf(Number(limit)) : limit}`
}

/** `9 in seed 4, missed in 4 of 5 trials`; of one trial, or of a number over all, the number alone. */
export function actualText(result: ExpectationResult, show: (value: number) => string = digits): string {
  const { path, actual, seed, trials, missed } = result
  const found = typeof actual === 'number' ? (isShare(path) ? percentOf(actual) : show(actual)) : (actual ?? missing)
  if (seed === undefined || trials === undefined || missed === undefined) return found
  if (missed === 0) return `${found} in seed ${seed}, the worst of ${plural(trials, 'trial')}`
  return `${found} in seed ${seed}, missed in ${missed} of ${plural(trials, 'trial')}`
}

/** As the file has it, `0.1%`: rounded to whole percents a share of failures would mostly be nothing. */
function percentOf(share: number): string {
  return `${digits(share * 100)}%`
}
