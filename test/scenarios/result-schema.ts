/** Results of either world, held against the schema that comes with the project. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { resultSchemaText } from '../../scenarios/file/result-schema.ts'
import type { Result } from '../../scenarios/result.ts'

const schema = z.fromJSONSchema(JSON.parse(resultSchemaText()))

/** As it is written to `result.json`. */
export function assertFollowsSchema(result: Result): void {
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(result)))
  assert.deepEqual(parsed.error?.issues ?? [], [])
}

export function mistakesIn(json: unknown): readonly string[] {
  return (schema.safeParse(json).error?.issues ?? []).map(({ path }) => path.join('.'))
}
