/** What the machine lacks before anything is started: exit 3 at once, the place, and what to do. None of it needs a mysqld. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeProgram } from '../real/drivers/local/scratch.ts'
import { inFolder, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'

test('a bad place, a bad program or a bad limit: exit 3, with the place and what to do', { deadlineMs: 180_000 }, () =>
  inFolder(async (folder) => {
    const mysqld = await writeProgram(join(folder, 'mysqld'), 'echo "mysqld  Ver 8.4.3 for Linux (not really)"')
    writeFileSync(join(folder, 'file'), '')
    const state = `XDG_STATE_HOME=${folder}/state`
    const run = `cli run healthy --on local --out ${folder}/out`
    const cases: readonly (readonly [string, RegExp])[] = [
      ['ulimit -n 40; cli list', /^A process may open 40 files here, and 256 are needed\.\nRaise the limit/m],
      [`ulimit -n 300; ${run} --mysqld ${mysqld}`, /may open 300 files here, and 1024 are needed/],
      ['cli run healthy --out /proc/x', /^\/proc\/x: expected a folder that can be written to, found ENOENT.*\nName/m],
      [`${run} --mysqld ${folder}`, /names .*, but that is a folder, not the program in it/],
      [`HOME=/proc ${run} --mysqld ${mysqld}`, /state directory \/proc\/.local\/.* failed: ENOENT.*\nXDG_STATE_HOME/],
      [`${state} XDG_CACHE_HOME=/proc ${run} --mysqld ${mysqld}`, /in the cache failed: ENOENT.*\nXDG_CACHE_HOME/],
      [
        `${state} ${run} --mysqld ${mysqld} --data-dir /nowhere`,
        /^\/nowhere cannot be used.*\n--data-dir names another/m,
      ],
      [
        `${state} ${run} --mysqld ${mysqld} --data-dir ${folder}/file`,
        /file cannot be used for data: ENOTDIR.*\n--data-dir/,
      ],
      [`${state} ${run} --mysqld ${mysqld} --data-dir /proc`, /\/proc has 0 MB free.*\nFree some/],
    ]
    for (const [line, message] of cases) {
      const { code, stdout, stderr } = await shell(line)
      assert.match(stderr, message, line)
      assert.doesNotMatch(stderr, /^ {4}at |a bug in quorumlab/m, line)
      assert.equal(code, 3, line)
      assert.equal(stdout, '', line)
    }
    assert.deepEqual(readdirSync(join(folder, 'state/quorumlab/clusters')), [])
    assert.deepEqual(readdirSync(join(folder, 'out')), [])
  }),
)
