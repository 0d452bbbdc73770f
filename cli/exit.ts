/**
 * How the program ends: the exit codes, and which error ends it with which. README.md says the same to people. It is
 * loaded before anything else, so it imports little.
 */
import { asEnvironmentError } from '../real/drivers/environment-error.ts'
import { ScenarioError, UsageError } from '../scenarios/file/errors.ts'
import { exitCodeOf } from '../scenarios/measures/expectations.ts'
import type { Result } from '../scenarios/result.ts'

export const COMMAND = 'npx quorumlab'

export const EXIT = {
  /** All checks and expectations hold. */
  holds: 0,
  /** One does not (`fuzz`: a failure was found). */
  broken: 1,
  /** Bad input or usage. */
  usage: 2,
  /** The environment lacks something, or failed during the run. */
  environment: 3,
  bug: 70,
  /** By Ctrl-C, SIGTERM or SIGHUP. */
  interrupted: 130,
} as const

/** What a run ends with, once its files are written. */
export function exitCodeOfRun(result: Result, interrupted: boolean): number {
  if (interrupted) return EXIT.interrupted
  if (result.environment !== undefined) return EXIT.environment
  if (!result.complete) return EXIT.interrupted
  return exitCodeOf(result)
}

interface Ending {
  readonly code: number
  /** For stderr. */
  readonly text: string
}

export function endingOf(error: unknown): Ending {
  if (error instanceof UsageError) return { code: EXIT.usage, text: `${error.message}\nSee ${COMMAND} --help` }
  if (error instanceof ScenarioError) return { code: EXIT.usage, text: error.message }
  // A refusal of the operating system that nobody foresaw is the world's doing, too, and something to act on.
  const environment = asEnvironmentError(error)
  if (environment !== null) return { code: EXIT.environment, text: environment.message }
  return { code: EXIT.bug, text: `${describe(error)}\nThis is a bug in quorumlab.` }
}

/** With its stack and its causes. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
