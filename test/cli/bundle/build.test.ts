import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, entriesOf } from '../../../cli/bundle/build.ts'
import { bundledName } from '../../../scenarios/entries.ts'
import { inFolder, SHELL_DEADLINE_MS } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const OWN = 'node_modules/.quorumlab-bundle-test'

test('every file that another starts by itself is in the bundle, which runs, simulates in threads and writes a report', {
  deadlineMs: 3 * SHELL_DEADLINE_MS,
}, async () => {
  const entries = entriesOf(ROOT)
  for (const path of ['cli.ts', 'sim/host/worker.ts', 'sim/host/fuzz-worker.ts', 'real/processes/client.ts'])
    assert.ok(entries.includes(path), path)
  try {
    const own = join(ROOT, await bundle(ROOT, OWN))
    for (const path of entries) assert.ok(existsSync(join(own, `${bundledName(path)}.js`)), path)
    await inFolder(async (folder) => {
      const run = (...words: string[]) =>
        execFileSync(process.execPath, [join(own, 'cli.js'), ...words], { cwd: folder, encoding: 'utf8' })
      assert.match(run('list'), /^primary-crash {2,}The source dies under load/m)
      writeFileSync(join(folder, 'short.yaml'), 'name: short\nworkload: { ratePerSec: 50, duration: 1s }\n')
      assert.match(run('run', 'short.yaml', '-q', '--trials', '2', '--jobs', '2'), /replay {2}/)
      assert.match(readFileSync(join(folder, 'out/short-sim-1/report.html'), 'utf8'), /<h2/)
    })
  } finally {
    rmSync(join(ROOT, OWN), { recursive: true, force: true })
  }
})

test('the command runs the bundle while the sources are those that it was made from, and the sources otherwise', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const write = smallProgram(folder)
    const linked = join(folder, 'linked')
    symlinkSync(join(folder, 'cli/quorumlab.js'), linked)
    const says = () => execFileSync(process.execPath, [linked], { encoding: 'utf8' }).trim()
    const program = (word: string) =>
      write('cli.ts', `console.log('${word}', import.meta.url.endsWith('cli.ts'), typeof QUORUMLAB_BUNDLE)\n`)
    program('first')
    assert.equal(says(), 'first true undefined')
    await bundle(folder, BUILT)
    assert.equal(says(), 'first true string')
    utimesSync(join(folder, 'cli.ts'), new Date(0), new Date(0))
    assert.equal(says(), 'first true string', 'another time alone is no change')
    program('other')
    assert.equal(says(), 'other true undefined')
    program('first')
    assert.equal(says(), 'first true string')
  })
})

test('a bundle that is made while the one before it runs takes nothing away from that; older ones go', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const write = smallProgram(folder)
    write(
      'cli.ts',
      "process.stdin.once('data', async () => console.log((await import('./reports/later.ts')).word))\nconsole.log('began')\n",
    )
    write('reports/later.ts', "export const word = 'first'\n")
    const first = await bundle(folder, BUILT)
    const child = spawn(process.execPath, [join(folder, 'cli/quorumlab.js')], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })
    assert.equal((await lines.next()).value, 'began\n')
    write('reports/later.ts', "export const word = 'other'\n")
    const second = await bundle(folder, BUILT)
    assert.equal(await bundle(folder, BUILT), second, 'the same sources are the same bundle')
    child.stdin.end('go\n')
    assert.equal((await lines.next()).value, 'first\n')
    write('reports/later.ts', "export const word = 'third'\n")
    const third = await bundle(folder, BUILT)
    assert.deepEqual(
      [first, second, third].map((path) => existsSync(join(folder, path))),
      [false, true, true],
    )
    assert.equal(readdirSync(join(folder, BUILT)).length, 3, 'two bundles and what says which is run')
  })
})

const BUILT = 'cli/bundle/built'

/** What the command needs around it; returns who writes a source. */
function smallProgram(folder: string): (path: string, text: string) => void {
  for (const name of ['cli', 'algorithms', 'scenarios', 'sim', 'real', 'reports']) mkdirSync(join(folder, name))
  cpSync(join(ROOT, 'cli/quorumlab.js'), join(folder, 'cli/quorumlab.js'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'package-lock.json'), '{}')
  return (path, text) => writeFileSync(join(folder, path), text)
}
