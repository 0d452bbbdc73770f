import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LIBRARY } from '../../../scenarios/file/library.ts'
import { inFolder, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

test('real servers lose an acknowledged write to a promotion without catch-up, by the command, and none without it', {
  needs: 'mysql',
  deadlineMs: 240_000,
}, async () => {
  await inFolder(async (folder) => {
    cpSync(join(LIBRARY, 'convictions'), join(folder, 'convictions'), { recursive: true })
    const line = `cli convict promotion-without-catch-up --on local --times 2 --quiet --out '${folder}'`
    const { code, stdout, stderr } = await shell(line)
    assert.equal(code, 0, `${stdout}${stderr}`)
    const [, reproduced, held] = /reproduced (\d) of 2 on real servers, sound form held in (\d)$/m.exec(stdout)!
    assert.ok(Number(reproduced) >= 1, stdout)
    assert.equal(held, '2', stdout)
    assert.match(readFileSync(join(folder, 'README.md'), 'utf8'), new RegExp(`\\| ${reproduced} of 2; sound form held`))
  })
})
