/** The JSON Schema of `result.json`, which `npm run tables` makes from the types of `result.ts`. */
import { readFileSync } from 'node:fs'

export function resultSchemaText(): string {
  return readFileSync(new URL('../result.schema.json', import.meta.url), 'utf8')
}
