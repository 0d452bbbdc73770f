/** `stress` as people use it: on a system of its own, and where there is none. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StressResult } from '../../../scenarios/stress-result.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

test('no system: exit 3, and how to have one', { deadlineMs: SHELL_DEADLINE_MS }, () =>
  inFolder(async (folder) => {
    const { code, stderr } = await shell(`cli stress --url http://127.0.0.1:1 --out ${folder}`)
    assert.equal(code, 3)
    assert.match(stderr, /^No coordinator answers at http:\/\/127\.0\.0\.1:1: /m)
    assert.match(stderr, /`up --on local` starts a system/)
  }),
)

test('wrong words: exit 2, and what was expected', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  const cases: readonly [string, RegExp][] = [
    ['--only concurrent-write', /^--only: expected some of concurrent-writes, .*failover, found "concurrent-write"/m],
    ['--consistency STRICT', /^--consistency: expected STRONG, SESSION, EVENTUAL, found "STRICT"/m],
    ['--url nowhere', /^--url: expected something like http:\/\/127\.0\.0\.1:9000, found "nowhere"/m],
  ]
  for (const [words, message] of cases) {
    const { code, stderr } = await shell(`cli stress ${words}`)
    assert.deepEqual([code, message.test(stderr)], [2, true], stderr)
  }
})

test(
  'every run on a system of its own: all checks hold, the source killed in the middle of 1,000 writes included',
  { needs: 'mysql', deadlineMs: 300_000 },
  () =>
    inFolder(async (folder) => {
      const { code, stdout, stderr } = await shell(
        `XDG_STATE_HOME=${folder}/state cli stress --start --json --out ${folder}/out`,
      )
      assert.equal(code, 0, stderr)
      const result = JSON.parse(stdout) as StressResult
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'out/stress.json'), 'utf8')), result)
      assert.equal(result.runs.length, 6)
      const failover = result.runs.at(-1)!
      assert.deepEqual(
        failover.checks.map(({ verdict }) => verdict),
        ['pass', 'pass', 'pass', 'pass'],
      )
      assert.ok(failover.steps.some(({ name }) => name === 'promote'))
      const html = readFileSync(join(folder, 'out/report.html'), 'utf8')
      assert.match(html, /All \d+ checks hold/)
      assert.match(html, /<code>npx quorumlab stress --start<\/code>/)
    }),
)
