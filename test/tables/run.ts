/** `npm run tables`: what is made from the facts of policies, checks and fault verbs: the READMEs' tables, and the JSON Schema for editors. */
import { readFileSync, writeFileSync } from 'node:fs'
import { scenarioJsonSchema } from '../../scenarios/file/schema.ts'
import { PAGES, withTables } from './readme-tables.ts'

const root = new URL('../../', import.meta.url)

for (const page of PAGES) write(page, withTables(readFileSync(new URL(page, root), 'utf8')))
write('scenarios/schema.json', `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)

function write(path: string, text: string): void {
  const file = new URL(path, root)
  if (readFileSync(file, 'utf8') === text) return
  writeFileSync(file, text)
  console.log(`wrote ${path}`)
}
