import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { quoted } from '../../reports/shell-words.ts'
import { SHELL_DEADLINE_MS } from '../support/shell.ts'
import { test } from '../support/test.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = [process.execPath, resolve(ROOT, 'cli/quorumlab.js')].map(quoted).join(' ')
const SCENARIO = 'name: odd\nworkload: { ratePerSec: 50, duration: 1s }\n'

function sh(line: string, cwd: string): string {
  return execFileSync('sh', ['-c', line], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

function inFolder(body: (folder: string) => void): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quorumlab-paste-')))
  try {
    body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const digestIn = (folder: string): string => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')).digest

test('law of the shell: whatever a name holds, quoted it is one word', () => {
  const words = ["it's", 'a b', '$HOME', '`id`', 'a;b', '*', 'ä', 'x"y', '(1)', '&', '~', '#x', 'a\nb', '']
  const printed = sh(`printf '%s\\0' ${words.map(quoted).join(' ')}`, tmpdir())
  assert.deepEqual(printed.split('\0').slice(0, -1), words)
})

test('the printed replay line runs, from its own folder and from any other, whatever the file is called', {
  deadlineMs: SHELL_DEADLINE_MS,
}, () => {
  inFolder((folder) => {
    for (const name of ["it's; touch pwned $(id).yaml", '-dash.yaml', 'plain.yaml']) {
      const place = join(folder, 'a folder')
      mkdirSync(place, { recursive: true })
      writeFileSync(join(place, name), SCENARIO)
      const printed = sh(`${CLI} run ${quoted(`./${name}`)} --seed 7 --quiet --out first`, place)
      const line = /replay {2}(.*)$/m.exec(printed)![1]!
      const elsewhere = join(folder, 'elsewhere')
      mkdirSync(elsewhere, { recursive: true })
      sh(`${line} --quiet --out second`, elsewhere)
      assert.equal(digestIn(join(elsewhere, 'second')), digestIn(join(place, 'first')), line)
    }
  })
})

test('a result and a report run again from themselves, with the same seeds and the same digest', {
  deadlineMs: SHELL_DEADLINE_MS,
}, () => {
  inFolder((folder) => {
    const file = join(folder, 'gone.yaml')
    writeFileSync(file, SCENARIO)
    sh(`${CLI} run gone.yaml --seed 9 --trials 2 --quiet --out first`, folder)
    rmSync(file)
    for (const again of ['result.json', 'report.html']) {
      const printed = sh(`${CLI} run first/${again} --quiet --out second`, folder)
      assert.match(printed, new RegExp(`digest {2}\\w+, the same as in first/${again}`))
      const [first, second] = ['first', 'second'].map((name) =>
        JSON.parse(readFileSync(join(folder, name, 'result.json'), 'utf8')),
      )
      const { startedAt: _, machine: __, ...was } = first
      const { startedAt: ___, machine: ____, ...is } = second
      assert.deepEqual(is, was)
      assert.deepEqual(
        is.trials.map(({ seed }: { seed: number }) => seed),
        [9, 10],
      )
    }
    assert.match(sh(`${CLI} explain first/report.html`, folder), /^odd: /)
  })
})
