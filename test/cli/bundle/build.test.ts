import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
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
    await bundle(ROOT, OWN)
    for (const path of entries) assert.ok(existsSync(join(ROOT, OWN, `${bundledName(path)}.js`)), path)
    await inFolder(async (folder) => {
      const run = (...words: string[]) =>
        execFileSync(process.execPath, [join(ROOT, OWN, 'cli.js'), ...words], { cwd: folder, encoding: 'utf8' })
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
    mkdirSync(join(folder, 'cli'))
    cpSync(join(ROOT, 'cli/quorumlab.js'), join(folder, 'cli/quorumlab.js'))
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'package-lock.json'), '{}')
    for (const name of ['algorithms', 'scenarios', 'sim', 'real', 'reports']) mkdirSync(join(folder, name))
    const source = join(folder, 'cli.ts')
    const says = () => execFileSync(process.execPath, [join(folder, 'cli/quorumlab.js')], { encoding: 'utf8' }).trim()
    const write = (word: string) =>
      writeFileSync(source, `console.log('${word}', import.meta.url.endsWith('cli.ts'), typeof QUORUMLAB_BUNDLE)\n`)
    write('first')
    assert.equal(says(), 'first true undefined')
    await bundle(folder, 'cli/bundle/built')
    assert.equal(says(), 'first true string')
    utimesSync(source, new Date(0), new Date(0))
    assert.equal(says(), 'first true string', 'another time alone is no change')
    write('other')
    assert.equal(says(), 'other true undefined')
    write('first')
    assert.equal(says(), 'first true string')
  })
})
