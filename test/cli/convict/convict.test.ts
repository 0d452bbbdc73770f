import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

const SLOW = { deadlineMs: 2 * SHELL_DEADLINE_MS }

test(
  'convict saves what it finds as a scenario that runs by itself, and what it does not find it says',
  SLOW,
  async () => {
    await inFolder(async (folder) => {
      const line = `cli convict odd-even-order volatile-limit --seeds 1 --sound-seeds 5 --jobs 1 --quiet --out '${folder}'`
      const { code, stdout, stderr } = await shell(line)
      assert.equal(code, 1, stderr)
      assert.match(
        stdout,
        /^odd-even-order: seed 0 fails timestamps-ordered, 0 events, shown by \d+ of 20 seeds; sound form: 0 of 5 seeds fail$/m,
      )
      assert.match(stdout, /^volatile-limit: not found in 1 seeds$/m)
      const saved = join(folder, 'convictions')
      assert.deepEqual(readdirSync(saved).sort(), ['convictions.json', 'odd-even-order.yaml'])
      const page = readFileSync(join(folder, 'README.md'), 'utf8')
      assert.match(page, /^\| \[Odd and even .*\]\(convictions\/odd-even-order\.yaml\) \|/m)
      assert.match(page, /^\| Counters lost .* \| not found \|/m)
      const run = await shell(`cli run '${join(saved, 'odd-even-order.yaml')}' --quiet --out '${folder}'`)
      assert.equal(run.code, 0, run.stdout)
    })
  },
)

test('wrong words are refused before anything is done', SLOW, () =>
  inFolder(async (empty) => {
    const refusals: readonly (readonly [string, RegExp])[] = [
      ['odd-even-ordr', /^odd-even-ordr: no such charge, expected one of cabinet-top-stall, .*odd-even-order\?/m],
      ['--seeds 0', /^--seeds: expected a whole number from 1 to /m],
      ['odd-even-order --out /dev/null/x', /^\/dev\/null\/x.*expected a folder that can be written to, found ENOTDIR/m],
      [`odd-even-order --on local --out '${empty}'`, /expected what `convict` saved, found nothing: run it without/m],
    ]
    for (const [words, message] of refusals) {
      const { code, stderr } = await shell(`cli convict ${words}`)
      assert.equal(code, 2, `${words}: ${stderr}`)
      assert.match(stderr, message)
    }
  }),
)
