import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endingOf } from '../../../cli/exit.ts'
import { exportsOf, prepareExports } from '../../../cli/run/exports.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

test('a run writes its history, a file a trial', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  await inFolder(async (folder) => {
    const ran = await shell(`cli run odd-even-inversion --trials 2 -q --out ${folder} --history ${folder}/to/h.edn`)
    assert.equal(ran.code, 0, ran.stderr)
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
    const wrong: readonly (readonly [Parameters<typeof exportsOf>[0], number, RegExp])[] = [
      [{ history: 'h.csv' }, 2, /^--history: expected a file that ends in \.jsonl or \.edn, found h\.csv$/m],
      [{ history: 'package.json/h.edn' }, 2, /^package\.json: expected a folder that can be written to/],
      [{ history: '/proc/h.edn' }, 3, /can be written/],
    ]
    for (const [words, code, message] of wrong) {
      const { code: found, text } = endingOf(thrownBy(() => prepareExports(exportsOf(words))))
      assert.match(text, message)
      assert.equal(found, code)
    }
    prepareExports(exportsOf({ history: join(folder, 'deep', 'h.jsonl') }))
  })
})

function thrownBy(body: () => unknown): unknown {
  try {
    body()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
