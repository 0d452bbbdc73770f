/**
 * `npm run tables`: what is made from the facts of policies, checks, fault verbs and boot flags: the READMEs' tables, the
 * JSON Schemas of scenarios and results, and what containers are told of a server.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { scenarioJsonSchema } from '../../scenarios/file/schema.ts'
import { COMPOSE_FILES } from './compose-files.ts'
import { PAGES, withTables } from './readme-tables.ts'
import { resultJsonSchema } from './result-schema.ts'

const root = new URL('../../', import.meta.url)

for (const page of PAGES) write(page, withTables(readFileSync(new URL(page, root), 'utf8')))
write('scenarios/schema.json', `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
write('scenarios/result.schema.json', `${JSON.stringify(resultJsonSchema(), null, 2)}\n`)
for (const [path, text] of Object.entries(COMPOSE_FILES)) write(path, text)

function write(path: string, text: string): void {
  const file = new URL(path, root)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  writeFileSync(file, text)
  console.log(`wrote ${path}`)
}
