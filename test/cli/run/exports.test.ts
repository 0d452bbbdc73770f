import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endingOf } from '../../../cli/exit.ts'
import { type Exports, prepareExports } from '../../../cli/run/exports.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'
import { thrownBy } from '../../support/thrown-by.ts'

const NONE: Exports = { junit: undefined, history: undefined, hdr: undefined }

test('a run writes its history, a file a trial, and its test cases; GitHub is told what did not hold', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const files = `--history ${folder}/to/h.edn --junit ${folder}/junit.xml`
    const ran = await shell(
      `GITHUB_ACTIONS=true cli run odd-even-inversion --trials 2 -q --out ${folder} ${files} --expect 'operations.failed: < 0'`,
    )
    assert.equal(ran.code, 1, ran.stderr)
    assert.match(ran.stderr, /^::error title=odd-even-inversion%3A expectation operations\.failed::expected /m)
    assert.match(readFileSync(join(folder, 'junit.xml'), 'utf8'), /<testsuites [^>]* failures="2" errors="0"/)
    for (const seed of [1, 2]) {
      const lines = readFileSync(join(folder, 'to', `h-${seed}.edn`), 'utf8')
        .trimEnd()
        .split('\n')
      assert.ok(lines.filter((line) => /:type :ok.*:f :write/.test(line)).length > 100)
      assert.ok(lines.every((line, index) => line.startsWith(`{:index ${index}, `) && line.endsWith('}')))
    }
  })
})

test('a file that cannot be written is refused before the run, and so is one of an unknown kind', async () => {
  await inFolder(async (folder) => {
    const wrong: readonly (readonly [Partial<Exports>, number, RegExp])[] = [
      [{ history: 'h.csv' }, 2, /^--history: expected a file that ends in \.jsonl or \.edn, found h\.csv$/m],
      [{ history: 'package.json/h.edn' }, 2, /^package\.json: expected a folder that can be written to/],
      [{ junit: 'reports' }, 2, /^reports: expected a file, found a folder$/m],
      [{ history: '/proc/h.edn' }, 3, /can be written/],
    ]
    for (const [words, code, message] of wrong) {
      const { code: found, text } = endingOf(thrownBy(() => prepareExports({ ...NONE, ...words })))
      assert.match(text, message)
      assert.equal(found, code)
    }
    prepareExports({ ...NONE, history: join(folder, 'deep', 'h.jsonl'), junit: join(folder, 'j.xml') })
  })
})
