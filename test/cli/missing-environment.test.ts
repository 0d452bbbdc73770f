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
      [
        `unset XDG_STATE_HOME; HOME=/proc ${run} --mysqld ${mysqld}`,
        /state directory \/proc\/.local\/.* failed: ENOENT.*\nXDG_STATE_HOME/,
      ],
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

/** With each verb's own step in line 4. */
const written = (step: string) => `name: lacking\nworkload: { duration: 9s, warmup: 1s }\nfaults:\n  - ${step}\n`

test('a form of the network that cannot be had: exit 3 or 2, and why', { deadlineMs: 180_000 }, () =>
  inFolder(async (folder) => {
    const file = join(folder, 'lacking.yaml')
    writeFileSync(file, written('{ at: 2s, partition: source, for: 2s }'))
    const run = `cli run ${file} --out ${folder}/out`
    const cases: readonly (readonly [string, number, RegExp])[] = [
      [`${run} --on local --network satellite`, 2, /^--network: expected .*auto.*, found "satellite"/m],
      [`${run} --network proxy`, 2, /^--network: expected with --on local or docker, found with --on sim/m],
      [`${run} --on docker --mysqld mysqld`, 2, /^--mysqld: expected with --on local, found with --on docker/m],
      [`${run} --on local --network direct`, 3, /lacking\.yaml:4: --network direct .*`partition`.*--network proxy/],
      [`${run} --on docker --network proxy`, 3, /^--network proxy is for --on local/m],
      // Without any program; where only root may, that is said.
      [
        `PATH=${folder} ${run} --on local --network namespaces`,
        3,
        /^--network namespaces takes what is not there: .*(`unshare`|root|no network).*\n.*iproute2/m,
      ],
    ]
    for (const [line, expected, message] of cases) {
      const { code, stderr } = await shell(line)
      assert.match(stderr, message, line)
      assert.equal(code, expected, `${line}: ${stderr}`)
    }
  }),
)

test('namespaces without `ip`: exit 3, and which program is missing', { needs: 'namespaces', deadlineMs: 60_000 }, () =>
  inFolder(async (folder) => {
    const file = join(folder, 'lacking.yaml')
    writeFileSync(file, written('{ at: 2s, partition: source, for: 2s }'))
    const programs = `mkdir ${folder}/bin && ln -s $(command -v unshare) $(command -v sh) $(command -v nsenter) $(command -v setpriv) ${folder}/bin`
    const { code, stderr } = await shell(
      `${programs} && PATH=${folder}/bin cli run ${file} --on local --network namespaces --out ${folder}/out`,
    )
    assert.match(stderr, /takes what is not there: looking for the program ip failed\n.*iproute2/)
    assert.equal(code, 3, stderr)
  }),
)

test(
  'a fault for which a program is missing: exit 3, its line, the program and where to get it',
  {
    deadlineMs: 180_000,
  },
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'lacking.yaml')
      for (const [step, verb, message] of [
        ['{ at: 2s, slow: node1, disk: 20ms }', 'slow', /strace.*\nInstall strace/],
        ['{ at: 2s, fill-disk: node1 }', 'fill-disk', /cannot be mounted \(there is no program `unshare`\)\n.*root/],
      ] as const) {
        writeFileSync(file, written(step))
        const { code, stderr } = await shell(`PATH=${folder} cli run ${file} --on local --out ${folder}/out`)
        assert.match(stderr, new RegExp(`lacking\\.yaml:4: \`${verb}\` cannot be done on this machine: `))
        assert.match(stderr, message)
        assert.equal(code, 3, stderr)
      }
    }),
)

test(
  'a wrong clock without libfaketime: exit 3, its line, and where to get it',
  {
    needs: ['mount', 'faketime'],
    deadlineMs: 60_000,
  },
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'lacking.yaml')
      writeFileSync(file, written('{ at: 2s, skew-clock: timestamp-1, by: 50ms }'))
      const hidden = 'for one in /usr/lib/*/faketime; do mount -t tmpfs tmpfs $one; done'
      const { code, stderr } = await shell(
        `unshare -rm bash -c '${hidden}; exec "$@"' - cli run ${file} --on local --out ${folder}/out`,
      )
      assert.match(
        stderr,
        /lacking\.yaml:4: `skew-clock` cannot be done on this machine: there is no libfaketime\nInstall libfaketime/,
      )
      assert.equal(code, 3, stderr)
    }),
)
