/** A result.json from disk, as far as a reader may trust it: its schema's name and the parts that everybody uses. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Result } from '../result.ts'
import { UsageError } from './errors.ts'

const LIMIT_BYTES = 256 * 1024 * 1024

const list = z.array(z.unknown())
const outline = z.looseObject({
  schema: z.literal('quorumlab.result/1'),
  scenario: z.looseObject({ name: z.string(), hash: z.string() }),
  world: z.string(),
  seed: z.number(),
  versions: z.looseObject({}),
  machine: z.looseObject({}),
  summary: z.looseObject({ failovers: list }),
  trials: list.min(1),
  checks: list,
  expectations: list,
  series: z.looseObject({ tMs: list }),
  faults: list,
  events: list,
})

/** `path`: a result.json, or the folder that holds one. */
export function readResult(path: string): Result {
  let file = path
  let text: string
  try {
    if (statSync(file).isDirectory()) file = join(file, 'result.json')
    const { size } = statSync(file)
    if (size > LIMIT_BYTES)
      throw new UsageError(`${file}: expected a result of at most ${LIMIT_BYTES} bytes, found ${size}`)
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof UsageError) throw error
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message
    throw new UsageError(`${file}: expected a result.json that a run has written, found ${reason}`)
  }
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file}: expected JSON, found ${text === '' ? 'an empty file' : (error as Error).message}`)
  }
  const parsed = outline.safeParse(data)
  if (parsed.success) return parsed.data as unknown as Result
  const { path: where, message } = parsed.error.issues[0]!
  throw new UsageError(
    `${file}: expected a quorumlab result (schema quorumlab.result/1), found ${where.join('.') || 'the whole'}: ${message}`,
  )
}
