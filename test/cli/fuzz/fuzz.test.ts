import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureFile } from '../../../scenarios/file/failure-file.ts'
import type { Result } from '../../../scenarios/result.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

const SLOW = { deadlineMs: 2 * SHELL_DEADLINE_MS }

test('what fuzz finds is saved small, and replay runs the same course again and draws it', SLOW, async () => {
  await inFolder(async (folder) => {
    const found = await shell(`cli fuzz odd-even-inversion --seeds 1 --jobs 1 --quiet --out '${folder}'`)
    assert.equal(found.code, 1, found.stderr)
    const [, path] = /replay {2}npx quorumlab replay (.*\.json)$/m.exec(found.stdout)!
    const failure: FailureFile = JSON.parse(readFileSync(path!, 'utf8'))
    assert.equal(failure.check, 'timestamps-ordered')

    const again = await shell(`cli replay '${path}' --out '${join(folder, 'replay')}'`)
    assert.equal(again.code, 0, again.stderr)
    assert.match(again.stdout, new RegExp(`^reproduced: .* digest ${failure.digest} as before$`, 'm'))
    const result: Result = JSON.parse(readFileSync(join(folder, 'replay', 'result.json'), 'utf8'))
    assert.equal(result.checks.find(({ name }) => name === failure.check)!.verdict, 'fail')
    assert.ok(existsSync(join(folder, 'replay', 'report.html')))

    const other = join(folder, 'other.json')
    writeFileSync(other, JSON.stringify({ ...failure, digest: '0'.repeat(16) }))
    const differs = await shell(`cli replay '${other}' --out '${join(folder, 'replay')}'`)
    assert.equal(differs.code, 1, differs.stderr)
    assert.match(differs.stdout, /^not reproduced: timestamps-ordered fails again, digest /m)
  })
})

test('run draws nothing from a swarm, says so and what does, and starts nothing', SLOW, async () => {
  await inFolder(async (folder) => {
    for (const [file, world] of [
      ['swarm', 'local'],
      ['swarm-sound', 'sim'],
    ]) {
      const out = join(folder, world!)
      const refused = await shell(`cli run ${file} --on ${world} --out '${out}'`)
      assert.equal(refused.code, 2, refused.stderr)
      assert.match(refused.stderr, /^[\w-]+: it states no faults .*`run` draws nothing/)
      assert.match(refused.stderr, new RegExp(`npx quorumlab fuzz ${file} --seeds 1000`))
      assert.ok(!existsSync(out))
    }
  })
})

test(
  'a folder that cannot be written to is said before the first seed, a file that is not there is no bug',
  SLOW,
  async () => {
    const unwritable = await shell('cli fuzz swarm --seeds 1000000 --out /dev/null/x')
    assert.equal(unwritable.code, 2, unwritable.stderr)
    assert.match(unwritable.stderr, /^\/dev\/null\/x: expected a folder that can be written to, found /)
    const absent = await shell('cli replay nowhere.json')
    assert.equal(absent.code, 2, absent.stderr)
    assert.match(absent.stderr, /^nowhere\.json: no such file, expected one that can be read, found nothing$/m)
  },
)
