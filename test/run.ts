/**
 * The test command:
 *
 *   node --import tsx test/run.ts [PATTERN...] [--only-needs mysql|docker|chromium] [--without-needs] [--root DIR]
 *
 * runs every `*.test.ts` below the root (default: this folder; not `bench` and not `fixtures`) whose path contains one
 * of the patterns. The last line is `N passed, N failed, N skipped`; the exit code is 1 if anything failed, if a
 * pattern matches no file or if nothing ran. QUORUMLAB_NO_SKIP=1 turns skipped tests into failures; a list of needs in
 * QUORUMLAB_MAY_SKIP ("docker") excepts these.
 */
import { readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { NEEDS, type Need } from './support/needs.ts'
import { type Selection, TestRun } from './support/runner.ts'

/** How long open sockets and children may take to end after the last test. */
const WIND_DOWN_MS = 3_000

const { values, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    'only-needs': { type: 'string' },
    'without-needs': { type: 'boolean', default: false },
    root: { type: 'string', default: dirname(fileURLToPath(import.meta.url)) },
  },
})

const only = values['only-needs']
if (only !== undefined && !isNeed(only))
  throw new Error(`--only-needs: expected one of ${NEEDS.join(', ')}, found ${JSON.stringify(only)}`)
const selection: Selection = {
  needs: only ?? (values['without-needs'] ? 'none' : null),
  noSkip: process.env.QUORUMLAB_NO_SKIP === '1',
  maySkip: (process.env.QUORUMLAB_MAY_SKIP ?? '').split(/[\s,]+/).filter(isNeed),
}

const root = resolve(values.root)
const everything = testFiles(root)
const run = new TestRun(selection)
for (const pattern of patterns)
  if (!everything.some((file) => file.includes(pattern)))
    run.fail(`no test file has ${JSON.stringify(pattern)} in its path`)

const chosen = everything.filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
await run.run(chosen.map((file) => ({ name: file, load: () => import(pathToFileURL(resolve(file)).href) })))

// A test that leaves a socket, a timer or a child behind would keep this process: say so, and count it.
setTimeout(() => {
  run.fail(`still open after the last test: ${process.getActiveResourcesInfo().join(', ')}`)
  process.exit(1)
}, WIND_DOWN_MS).unref()

function isNeed(word: string): word is Need {
  return (NEEDS as readonly string[]).includes(word)
}

/** Paths relative to where the command was started, in a fixed order. */
function testFiles(folder: string): string[] {
  const files: string[] = []
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !['bench', 'fixtures', 'node_modules'].includes(entry.name))
      files.push(...testFiles(path))
    else if (entry.isFile() && entry.name.endsWith('.test.ts')) files.push(relative(process.cwd(), path))
  }
  return files
}
