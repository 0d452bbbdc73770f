/** The pictures of algorithms/README.md: there, complete, and what the command draws. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import { RAFT_QUORUMS } from '../../algorithms/raft/schemes.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import { PICTURES } from '../pictures/all-pictures.ts'
import { svgOf } from '../pictures/svg.ts'
import { test } from '../support/test.ts'

const FOLDER = new URL('../../algorithms/', import.meta.url)
const LARGEST_BYTES = 60_000
/** Drawn anew by the test: of each kind of run one that takes a fraction of a second. `--check` draws all. */
const CHEAP = ['taas', 'raft-election', 'quorums']

const page = readFileSync(new URL('README.md', FOLDER), 'utf8')
const committed = (name: string) => readFileSync(new URL(`pictures/${name}.svg`, FOLDER), 'utf8')

test('every algorithm is seen at work in a picture', () => {
  const names = [QUORUM_POLICIES, ELECTION_POLICIES, TIMESTAMP_ALGORITHMS, RAFT_QUORUMS].flatMap((table) =>
    Object.keys(table),
  )
  const shown = new Set(PICTURES.flatMap(({ shows }) => shows))
  assert.deepEqual(
    [...new Set(names)].filter((name) => !shown.has(name)),
    [],
  )
})

test('the page has every picture with its sentence, and the folder no other', () => {
  for (const { name, caption } of PICTURES) {
    assert.ok(page.includes(`![${caption}](pictures/${name}.svg)\n\n*${caption}*\n`), `algorithms/README.md: ${name}`)
    assert.match(caption, /^[A-Z][^\n]+[a-z0-9 ]\.$|^seer .*\.$/, 'a caption is one sentence')
  }
  assert.equal(page.match(/\]\(pictures\//g)?.length, PICTURES.length)
  assert.deepEqual(readdirSync(new URL('pictures/', FOLDER)).sort(), PICTURES.map(({ name }) => `${name}.svg`).sort())
})

test('a picture is small, stands alone, places everything and has a dark theme', () => {
  for (const { name, caption, origin } of PICTURES) {
    const svg = committed(name)
    assert.ok(svg.length < LARGEST_BYTES, `${name}: ${svg.length} bytes`)
    assert.match(svg, /@media\(prefers-color-scheme:dark\)/, name)
    assert.doesNotMatch(svg, /NaN|Infinity|undefined|var\(|href|<image|<script/, name)
    assert.ok(svg.includes('<title>') && caption.length > 20 && /simulated/.test(origin), name)
  }
})

for (const name of CHEAP)
  test(`the committed picture is what the command draws: ${name}`, { deadlineMs: 30_000 }, async () => {
    const picture = PICTURES.find((one) => one.name === name)!
    assert.ok(
      (await svgOf(picture)) === committed(name),
      'it differs: run `npm run pictures`, look at them, commit them',
    )
  })
