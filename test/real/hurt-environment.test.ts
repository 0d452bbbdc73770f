/** What the world does to a run, done to it: the verdict that names it, the part of the run that is kept, and nothing left. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OwnerRecord } from '../../real/drivers/local/ownership.ts'
import type { Result } from '../../scenarios/result.ts'
import { type Ended, inFolder, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'
import { Mark } from './leftovers.ts'

const SLOW = { needs: 'mysql', deadlineMs: 120_000 } as const
const FULL_DISK = { needs: ['mysql', 'mount'], deadlineMs: 120_000 } as const

/** Says `pause timestamp-2` when the workload has begun. `link`: a step for which one of the links is in our hand. */
function scenario(durationS: number, link = ''): string {
  return `name: calm\ncluster: { nodes: 3 }\nworkload: { ratePerSec: 50, clients: 4, duration: ${durationS}s, warmup: 0s }\nfaults: [{ at: 1s, pause: timestamp-2, for: 100ms }${link}]\n`
}

interface Hit extends Ended {
  readonly result: Result
}

/**
 * Runs for `durationS` with `words`, and calls `hit` once, as soon as `when` is in what it says. Asserts that exit code
 * and result say that the environment failed, and that no process is left.
 */
async function hitWhile(
  folder: string,
  durationS: number,
  words: string,
  when: RegExp,
  hit: (record: OwnerRecord) => void,
  link = '',
): Promise<Hit> {
  const mark = new Mark()
  const file = join(folder, 'calm.yaml')
  writeFileSync(file, scenario(durationS, link))
  const clusters = join(folder, 'state/quorumlab/clusters')
  let isHit = false
  const run = `export ${mark.assignment} XDG_STATE_HOME=${folder}/state; exec cli run ${file} --on local --out ${folder}/out ${words}`
  const ended = await shell(run, (stderr) => {
    if (isHit || !when.test(stderr)) return
    isHit = true
    const owner = join(clusters, readdirSync(clusters)[0]!, 'owner.json')
    hit(JSON.parse(readFileSync(owner, 'utf8')))
  })
  assert.equal(ended.code, 3, ended.stderr)
  const result = JSON.parse(readFileSync(join(folder, 'out/result.json'), 'utf8')) as Result
  assert.equal(result.complete, false)
  assert.equal(result.environment?.verdict, 'failed')
  assert.deepEqual(mark.bearers(), [])
  assert.deepEqual(readdirSync(clusters), [])
  return { ...ended, result }
}

test('the coordinator is killed from outside: named at its time, and the part before it is kept', SLOW, () =>
  inFolder(async (folder) => {
    const { result, stdout } = await hitWhile(folder, 60, '', /pause timestamp-2/, ({ processes }) =>
      process.kill(processes!.coordinator!.pid, 'SIGKILL'),
    )
    const [incident] = result.environment!.incidents
    assert.deepEqual([incident!.kind, incident!.subject], ['killed', 'coordinator'])
    assert.match(incident!.what, /^coordinator was killed by SIGKILL, and quorumlab had not asked for that$/)
    assert.ok(incident!.advice !== '')
    assert.ok(incident!.atMs! > 0 && incident!.atMs! < 20_000)
    assert.ok(result.summary.operations.ok > 0)
    // Its first words, and the report's.
    assert.match(stdout.trimStart(), /^environment failed at \d+\.\d{3} s: coordinator was killed by SIGKILL/)
    const report = readFileSync(join(folder, 'out/report.html'), 'utf8')
    assert.match(report, /<strong>The environment failed<\/strong> at \d+\.\d{3} s: coordinator was killed/)
  }),
)

test('the proxy of the links is killed from outside: named, and nothing goes on behind dead links', SLOW, () =>
  inFolder(async (folder) => {
    const kill = ({ processes }: OwnerRecord) => process.kill(processes!.proxy!.pid, 'SIGKILL')
    const link = ', { at: 50s, reset: node2 }'
    const { result } = await hitWhile(folder, 60, '--network proxy', /pause timestamp-2/, kill, link)
    const [incident] = result.environment!.incidents
    assert.deepEqual([incident!.kind, incident!.subject], ['killed', 'proxy'])
    assert.match(incident!.what, /^proxy was killed by SIGKILL, and quorumlab had not asked for that$/)
    assert.ok(result.summary.operations.ok > 0)
  }),
)

test('a server dies undeclared in the second trial: named with its last lines, and the first trial is kept', SLOW, () =>
  inFolder(async (folder) => {
    const { result } = await hitWhile(folder, 3, '--trials 3', /trial 2 of 3[\s\S]*pause timestamp-2/, ({ servers }) =>
      process.kill(servers.node2!.pid, 'SIGKILL'),
    )
    const [incident] = result.environment!.incidents
    assert.deepEqual([incident!.kind, incident!.subject, incident!.seed], ['killed', 'node2', 2])
    assert.ok(incident!.lastLines.some((line) => line.includes('ready for connections')))
    assert.deepEqual(
      result.trials.map(({ seed }) => seed),
      [1],
    )
    assert.ok(result.checks.every(({ verdict }) => verdict === 'pass'))
  }),
)

/** Runs with a disk of so many MB at `folder/disk`, in a namespace that takes it along, and fills it after the first reign. */
async function onFullDisk(
  folder: string,
  megabytes: number,
  words: string,
): Promise<{ code: number | null; stderr: string }> {
  const [disk, said] = [join(folder, 'disk'), join(folder, 'stderr')]
  writeFileSync(join(folder, 'calm.yaml'), scenario(60))
  const script = join(folder, 'full.sh')
  writeFileSync(
    script,
    `mkdir ${disk} && mount -t tmpfs -o size=${megabytes}m tmpfs ${disk} || exit 1
    touch ${said}
    (until grep -q 'pause timestamp-2' ${said}; do sleep .1; done; dd if=/dev/zero of=${disk}/ballast bs=64k 2> /dev/null) &
    "$@" 2> ${said}
    code=$?; wait; exit $code`,
  )
  const { code } = await shell(
    `TMPDIR=${folder} unshare -rm bash ${script} cli run ${folder}/calm.yaml --on local ${words}`,
  )
  return { code, stderr: readFileSync(said, 'utf8') }
}

function environmentIn(folder: string): NonNullable<Result['environment']>['incidents'] {
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Result
  assert.equal(result.complete, false)
  assert.ok(result.summary.operations.ok > 0)
  return result.environment!.incidents
}

test('the disk of the servers fills: named, and the part before it is kept', FULL_DISK, () =>
  inFolder(async (folder) => {
    const { code, stderr } = await onFullDisk(folder, 1_600, `--data-dir ${folder}/disk --out ${folder}/out`)
    assert.equal(code, 3, stderr)
    const [incident] = environmentIn(join(folder, 'out'))
    assert.equal(incident!.kind, 'disk-full')
    assert.match(incident!.what, /^the disk .* is full$/)
    assert.match(incident!.advice, /--data-dir/)
  }),
)

test('the disk of the results fills: named, and the result is kept elsewhere', FULL_DISK, () =>
  inFolder(async (folder) => {
    const { code, stderr } = await onFullDisk(folder, 2, `--out ${folder}/disk/out`)
    assert.equal(code, 3, stderr)
    const kept = /the result was kept as (\S+)\/result\.json$/m.exec(stderr)![1]!
    const [incident] = environmentIn(kept)
    assert.deepEqual([incident!.kind, incident!.subject], ['disk-full', `${folder}/disk/out`])
    assert.match(incident!.advice, /--out/)
  }),
)
