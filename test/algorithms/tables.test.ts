/** The tables of the READMEs: what policies and checks say of themselves, and nothing else. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import type { PolicyFacts } from '../../algorithms/policy-facts.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import { RAFT_ELECTIONS } from '../../algorithms/raft/elections.ts'
import { RAFT_QUORUMS } from '../../algorithms/raft/schemes.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import { CHECKS } from '../../scenarios/checks/checks.ts'
import { SERIES } from '../../scenarios/shown/palette.ts'
import { test } from '../support/test.ts'
import { PAGES, TABLE_NAMES, withTables } from '../tables/readme-tables.ts'

const pages = PAGES.map((path) => ({ path, text: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8') }))

test('the tables of the READMEs are those that `npm run tables` writes, and every one is shown', () => {
  for (const { path, text } of pages) assert.equal(text, withTables(text), `${path}: run npm run tables`)
  for (const name of TABLE_NAMES)
    assert.ok(
      pages.some(({ text }) => text.includes(`<!-- table: ${name} -->`)),
      name,
    )
})

test('a table that somebody edited is made anew, and a marker of no table is refused', () => {
  const { text } = pages[0]!
  assert.equal(withTables(text.replace('any floor(n/2) replicas hold', 'some replicas hold')), text)
  assert.throws(
    () => withTables('<!-- table: quorms -->\n<!-- end of the table -->'),
    /the table quorms, expected one of promises, /,
  )
})

test('every policy and check stands in its list under its own name, and no two of a family share a colour', () => {
  const families: Readonly<Record<string, PolicyFacts>>[] = [
    TIMESTAMP_ALGORITHMS,
    QUORUM_POLICIES,
    RAFT_QUORUMS,
    ELECTION_POLICIES,
    RAFT_ELECTIONS,
  ]
  for (const family of families) {
    for (const [name, facts] of Object.entries(family)) {
      assert.equal(facts.name, name)
      assert.ok(Number.isInteger(facts.colour) && facts.colour >= 0 && facts.colour < SERIES.length)
      for (const sentence of [facts.promise, facts.noPromise]) assert.match(sentence, /^[^\n|]+[^.\n|]$/)
    }
    const colours = Object.values(family).map(({ colour }) => colour)
    assert.equal(new Set(colours).size, colours.length, Object.keys(family).join(', '))
  }
  for (const [name, check] of Object.entries(CHECKS)) assert.equal(check.name, name)
})
