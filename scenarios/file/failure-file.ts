/**
 * A failure as a file: the scenario, the seed, the check that failed and its evidence, the digest of the run and what
 * happened in words. `replay` runs it again. It is JSON, and read as YAML, so that a mistake in it has a place.
 */
import { z } from 'zod'
import { ScenarioError } from './errors.ts'
import { complain } from './schema-issues.ts'
import type { Written } from './written.ts'
import { parseYaml, readScenarioText } from './yaml-source.ts'

export interface FailureFile {
  readonly schema: 'quorumlab.failure/1'
  /** Of the program that wrote it: another version may run another course. */
  readonly quorumlab: string
  readonly check: string
  readonly detail: string
  readonly evidence: readonly string[]
  readonly seed: number
  readonly scenario: Written
  /** Of the whole run in the simulator; null: it broke off. */
  readonly digest: string | null
  /** What happened, a line each. */
  readonly explanation: readonly string[]
  /** What it was before it was made small. */
  readonly found: { readonly file: string; readonly seed: number }
}

const lines = z.array(z.string('a line of text'), 'a list of lines')
const seed = z.int('a whole number').min(0, 'a whole number, 0 or more')
const failureSchema = z.strictObject({
  schema: z.literal('quorumlab.failure/1', 'quorumlab.failure/1 (a file that `fuzz` wrote)'),
  quorumlab: z.string('a version'),
  check: z.string('the name of a check'),
  detail: z.string('a line of text'),
  evidence: lines,
  seed,
  scenario: z.record(z.string(), z.unknown(), 'a scenario, as a mapping'),
  digest: z.union([z.string(), z.null()], 'a digest, or null'),
  explanation: lines,
  found: z.strictObject({ file: z.string('the name of a file'), seed }, 'where it was found, as a mapping'),
})

/** Throws a ScenarioError with the place of the mistake. */
export function readFailure(file: string): FailureFile {
  const source = parseYaml(readScenarioText(file), file)
  const parsed = failureSchema.safeParse(source.data)
  if (!parsed.success) throw ScenarioError.ofAll(complain(parsed.error.issues, failureSchema, source))
  return parsed.data!
}

export function failureText(failure: FailureFile): string {
  return `${JSON.stringify(failure, null, 2)}\n`
}
