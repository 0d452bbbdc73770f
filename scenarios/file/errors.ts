/**
 * A user's mistakes (exit 2). What the machine lacks is `real/drivers/environment-error.ts` (exit 3); everything else
 * that is thrown is a bug and ends the program with its stack.
 */

/** A place in a file, 1-based. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** More lines than this help nobody who mends the first of them. */
const LINES_AT_MOST = 20

/** Something is wrong with a scenario file: what and where, what was expected, what was found. */
export class ScenarioError extends Error {
  readonly file: string
  readonly place: Place
  readonly expected: string
  readonly found: string

  constructor(file: string, place: Place, what: string, expected: string, found: string, options?: ErrorOptions) {
    super(`${file}:${place.line}:${place.column}: ${what}, expected ${expected}, found ${found}`, options)
    this.name = 'ScenarioError'
    this.file = file
    this.place = place
    this.expected = expected
    this.found = found
  }

  /** Several mistakes of one file as one error, a line each; place, expectation and finding are the first one's. */
  static ofAll(errors: readonly ScenarioError[]): ScenarioError {
    const [first] = errors
    if (first === undefined) throw new Error('assertion: an error of no mistakes')
    if (errors.length === 1) return first
    const lines = errors.slice(0, LINES_AT_MOST).map(({ message }) => message)
    const more = errors.length - lines.length
    first.message = [...lines, ...(more > 0 ? [`${first.file}: ${more} more mistakes`] : [])].join('\n')
    return first
  }
}

/** A wrong argument or option on the command line, or an input file that is not a scenario. Exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
