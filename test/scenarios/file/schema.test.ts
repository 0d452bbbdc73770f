import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { CHECK_NAMES } from '../../../scenarios/checks/checks.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { scenarioJsonSchema } from '../../../scenarios/file/schema.ts'
import { test } from '../../support/test.ts'

const scenarios = new URL('../../../scenarios/', import.meta.url)

test('the JSON Schema that editors use is the one the program has (npx quorumlab schema > scenarios/schema.json)', () => {
  const committed = JSON.parse(readFileSync(new URL('schema.json', scenarios), 'utf8'))
  assert.deepEqual(committed, JSON.parse(JSON.stringify(scenarioJsonSchema())))
})

test('every file of the library names the JSON Schema for editors', () => {
  const all = readdirSync(new URL('library/', scenarios), { recursive: true, encoding: 'utf8' })
  const files = all.filter((file) => file.endsWith('.yaml'))
  assert.ok(files.length >= 30)
  for (const file of files) {
    const up = '../'.repeat(file.split(sep).length)
    const text = readFileSync(new URL(`library/${file}`, scenarios), 'utf8')
    assert.equal(text.split('\n')[0], `# yaml-language-server: $schema=${up}schema.json`, file)
  }
})

test('the JSON Schema completes every path of expect, aggregates and checks included, as the program reads them', () => {
  const { expect } = (
    scenarioJsonSchema() as { properties: Record<string, { properties: object; patternProperties: object }> }
  ).properties
  const named = Object.keys(expect!.properties)
  for (const path of [
    'operations.failed',
    'median(operations.failed)',
    'failoverMs.max',
    'checks',
    'checks.single-writer',
    'lagMs.perNode.node2.p99',
  ])
    assert.ok(named.includes(path), path)
  const limits = named.map((path) => `  ${JSON.stringify(path)}: ${path.startsWith('checks') ? 'pass' : '< 1'}`)
  const text = `name: x\nchecks: [${CHECK_NAMES.join(', ')}]\ncluster: { nodes: 4 }\nexpect:\n${limits.join('\n')}\n`
  const mysql = text.replace(/, elections-safe|elections-safe, /, '').replace('  "checks.elections-safe": pass\n', '')
  assert.equal(parseScenario(mysql, 'x').expectations.length, named.length - 1)
  const [pattern] = Object.keys(expect!.patternProperties)
  assert.match('mean(lagMs.perNode.node17.p99)', new RegExp(pattern!))
})

test('the JSON Schema refuses unknown keys on every level', () => {
  type Json = {
    type?: string
    properties?: Record<string, Json>
    additionalProperties?: unknown
    anyOf?: Json[]
    items?: Json
  }
  let objects = 0
  const look = (schema: Json, path: string) => {
    if (schema.properties !== undefined) {
      objects++
      assert.equal(schema.additionalProperties, false, path)
      for (const [key, value] of Object.entries(schema.properties)) look(value, `${path}.${key}`)
    }
    for (const [i, branch] of (schema.anyOf ?? []).entries()) look(branch, `${path}|${i}`)
    if (schema.items !== undefined) look(schema.items, `${path}[]`)
  }
  look(scenarioJsonSchema() as Json, 'scenario')
  assert.ok(objects > 15, `${objects} objects`)
})
