/**
 * A result or a report that is run again: both hold the text of their scenario, the world, the seed and the number of
 * trials, so that nothing else is needed to repeat them.
 */
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { UsageError } from './errors.ts'

export interface EmbeddedRun {
  /** The scenario's own file, wherever that was; it need not exist any more. */
  readonly file: string
  readonly text: string
  readonly world: string
  readonly seed: number
  readonly trials: number
  /** Of the first trial; null: a real run has none. */
  readonly digest: string | null
  /** The version that ran it. */
  readonly quorumlab: string
}

const LIMIT_BYTES = 256 * 1024 * 1024

const runSchema = z.looseObject({
  file: z.string(),
  text: z.string(),
  world: z.string(),
  seed: z.int().min(0),
  trials: z.int().min(1),
  digest: z.union([z.string(), z.null()]),
  quorumlab: z.string(),
})
const resultSchema = z.looseObject({
  schema: z.literal('quorumlab.result/1'),
  scenario: z.looseObject({ file: z.string(), text: z.string().optional() }),
  world: z.string(),
  seed: z.int().min(0),
  trials: z.array(z.looseObject({})).min(1),
  digest: z.union([z.string(), z.null()]),
  versions: z.looseObject({ quorumlab: z.string() }),
})

/** Null: the file is neither. Throws a UsageError where it is one that cannot be run again. */
export function readEmbedded(file: string): EmbeddedRun | null {
  if (!/\.(json|html)$/.test(file)) return null
  const status = statSync(file, { throwIfNoEntry: false })
  if (status?.isFile() !== true || status.size > LIMIT_BYTES) return null
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.html') ? inReport(file, text) : inResult(file, text)
}

function inReport(file: string, page: string): EmbeddedRun {
  const json = /<script type="application\/json" id="runs">([^<]*)<\/script>/.exec(page)?.[1]
  const parsed = z.array(runSchema).safeParse(parsedJson(json ?? ''))
  if (!parsed.success)
    throw new UsageError(`${file}: expected a report that holds its scenario, found a page without one`)
  const [only, ...others] = parsed.data
  if (only === undefined || others.length > 0)
    throw new UsageError(
      `${file}: expected the report of one run, found ${parsed.data.length} runs in it; run the result.json of one of them`,
    )
  return only
}

function inResult(file: string, text: string): EmbeddedRun | null {
  const parsed = resultSchema.safeParse(parsedJson(text))
  // Any other JSON is read as YAML, as it always was.
  if (!parsed.success) return null
  const { scenario, world, seed, trials, digest, versions } = parsed.data
  if (scenario.text === undefined)
    throw new UsageError(
      `${file}: expected a result that holds its scenario, found one of an earlier version (it ran ${scenario.file})`,
    )
  const { quorumlab } = versions
  return { file: scenario.file, text: scenario.text, world, seed, trials: trials.length, digest, quorumlab }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
