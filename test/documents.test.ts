/** The documents at the top: short enough to be read, and naming nothing that is not there. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from './support/test.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const documents = readdirSync(ROOT).filter((name) => name.endsWith('.md'))

test('ARCHITECTURE.md is an introduction: 200 lines at most', () => {
  assert.ok(read('ARCHITECTURE.md').trimEnd().split('\n').length <= 200)
})

test('every link of the documents at the top leads to something', () => {
  const dead = documents.flatMap((name) =>
    [...read(name).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(join(ROOT, dirname(name), path)))
      .map((path) => `${name}: ${path}`),
  )
  assert.deepEqual(dead, [])
})

/** `scenarios/faults/read-steps.ts`, `list.ts`: a name without a folder lies in a folder that its walk has named before. */
test('every file of the walks is there, in a folder that its walk has named', () => {
  const [, walks] = read('ARCHITECTURE.md').split(/^## .* walks$/m)
  const text = walks!.split('\n## ')[0]!
  const lost: string[] = []
  let folders: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('**')) folders = []
    for (const [, path] of line.matchAll(/`([\w/.-]+(?:\.ts|\/))`/g)) {
      const here = folders.flatMap((folder) => [`${folder}/${path}`, `${dirname(folder)}/${path}`])
      const found = [path!, ...here].find((each) => existsSync(join(ROOT, each)))
      if (found === undefined) lost.push(path!)
      else folders = [...folders, found.endsWith('/') ? found.slice(0, -1) : dirname(found)]
    }
  }
  assert.deepEqual(lost, [])
})

test('every file and room that ARCHITECTURE.md and CONTRIBUTING.md name by a path is there', () => {
  const FOLDERS = 'algorithms|cli|compose|real|reports|scenarios|sim|test'
  const lost = ['ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap((name) =>
    [...read(name).matchAll(new RegExp(`\`((?:${FOLDERS})/[\\w/.-]*)\``, 'g'))]
      .map(([, path]) => path!)
      .filter((path) => !path.includes('NAME') && !existsSync(join(ROOT, path)))
      .map((path) => `${name}: ${path}`),
  )
  assert.deepEqual(lost, [])
})

/** ``| `real/` | `drivers/` (who owns servers: `local/`) ... |``: a room lies in the folder of its row, or in a room of it. */
test('every room in the map of ARCHITECTURE.md is there', () => {
  const rows = [...read('ARCHITECTURE.md').matchAll(/^\| `([a-z]+)\/` \| (`[a-z]+\/`.*) \|$/gm)]
  assert.ok(rows.length >= 6)
  const lost: string[] = []
  for (const [, top, rooms] of rows) {
    let room = ''
    for (const [, name] of rooms!.matchAll(/`([\w/-]+)\/`/g)) {
      if (existsSync(join(ROOT, top!, name!))) room = name!
      else if (!existsSync(join(ROOT, top!, room, name!))) lost.push(`${top}/${name}`)
    }
  }
  assert.deepEqual(lost, [])
})

test('every file that DECISIONS.md names by its path is there', () => {
  const paths = [...read('DECISIONS.md').matchAll(/`((?:algorithms|cli|real|reports|scenarios|sim|test)\/[\w/.-]+)`/g)]
  assert.ok(paths.length > 10)
  assert.deepEqual(
    paths.map(([, path]) => path!).filter((path) => !existsSync(join(ROOT, path))),
    [],
  )
})

/** A verb is done in a world, or it is said why it never can be: nothing is promised. */
test('the table of fault verbs says yes or why not, for each world', () => {
  const [, table] = read('scenarios/README.md').split(/<!-- table: faults -->|<!-- end of the table -->/)
  const [head, , ...rows] = table!.trim().split('\n')
  const worlds = head!.split(' | ').length - 2
  assert.ok(rows.length > 20)
  const answers = rows.flatMap((row) => row.replace(/ \|$/, '').split(' | ').slice(-worlds))
  assert.deepEqual(
    answers.filter((answer) => !/^(yes|no: \S.*)$/.test(answer)),
    [],
  )
})

test('no document says of links that the simulator alone has them', () => {
  const said = ['README.md', 'scenarios/README.md', 'scenarios/schema.json'].flatMap((path) =>
    read(path)
      .split(/\n(?=- |\n)|(?<=\.) /)
      .filter((part) => /network/.test(part) && /simulator only/.test(part))
      .map((part) => `${path}: ${part}`),
  )
  assert.deepEqual(said, [])
})
