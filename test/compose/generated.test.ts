import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from '../support/test.ts'
import { COMPOSE_FILES } from '../tables/compose-files.ts'

for (const [path, text] of Object.entries(COMPOSE_FILES))
  test(`${path} is what the local driver's servers are told (npm run tables)`, () => {
    assert.equal(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), text)
  })
