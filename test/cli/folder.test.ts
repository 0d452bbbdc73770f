import assert from 'node:assert/strict'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { claimFolder } from '../../cli/folder.ts'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'

const lockIn = (folder: string) => join(folder, '.quorumlab.lock')

function refusal(folder: string): Error {
  try {
    claimFolder(folder)()
  } catch (error) {
    return error as Error
  }
  throw new Error('it was claimed')
}

test('a folder is claimed by one at a time, and free again after that', () =>
  inFolder(async (folder) => {
    const release = claimFolder(folder)
    const { message } = refusal(folder)
    assert.match(message, new RegExp(`is being written to by process ${process.pid}, and two runs`))
    assert.match(message, /name another folder with --out\.$/)
    release()
    assert.ok(!existsSync(lockIn(folder)))
    claimFolder(folder)()
  }))

test("a dead owner's claim is taken over, also where its pid belongs to somebody else by now", () =>
  inFolder(async (folder) => {
    for (const left of [
      { host: hostname(), pid: 2 ** 22 + 1, startedAt: 'long ago' },
      { host: hostname(), pid: process.pid, startedAt: 'long ago' },
    ]) {
      writeFileSync(lockIn(folder), JSON.stringify(left))
      const release = claimFolder(folder)
      assert.equal(JSON.parse(readFileSync(lockIn(folder), 'utf8')).pid, process.pid)
      release()
    }
  }))

test('a claim without content is respected while it is being written, and not longer', () =>
  inFolder(async (folder) => {
    writeFileSync(lockIn(folder), '')
    assert.match(refusal(folder).message, /by another quorumlab/)
    const old = new Date(Date.now() - 60_000)
    utimesSync(lockIn(folder), old, old)
    claimFolder(folder)()
  }))

test("another machine's claim stands, and the message says how to remove it", () =>
  inFolder(async (folder) => {
    writeFileSync(lockIn(folder), JSON.stringify({ host: 'elsewhere', pid: 1, startedAt: 'x' }))
    assert.match(refusal(folder).message, /process 1 on elsewhere,[\s\S]*or remove .*\.quorumlab\.lock if that process/)
  }))

test('a file in the place of a folder is a mistake, a place that nobody can write to is the machine', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '')
    assert.ok(refusal(join(folder, 'file')) instanceof UsageError)
    assert.ok(refusal(join(folder, 'file/below')) instanceof UsageError)
    const proc = refusal('/proc/quorumlab')
    assert.ok(proc instanceof EnvironmentError)
    assert.match(
      proc.message,
      /^\/proc\/quorumlab: expected a folder that can be written to, found ENOENT.*\nName a place/,
    )
  }))

test(
  'a second run into the same folder: exit 3 at once, and the first one is whole',
  {
    deadlineMs: SHELL_DEADLINE_MS,
  },
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'long.yaml')
      writeFileSync(file, 'name: long\nworkload: { ratePerSec: 2000, duration: 2m }\n')
      const first = shell(`cli run ${file} --seed 1 --out ${folder}/out`)
      const second = await shell(
        `while [ ! -e ${folder}/out/.quorumlab.lock ]; do sleep .05; done; cli run ${file} --seed 2 --out ${folder}/out`,
      )
      assert.equal(second.code, 3, second.stderr)
      assert.match(second.stderr, /out is being written to by process \d+/)
      assert.equal((await first).code, 0)
      const result = JSON.parse(readFileSync(join(folder, 'out/result.json'), 'utf8'))
      assert.deepEqual([result.seed, result.complete], [1, true])
      assert.ok(!existsSync(lockIn(join(folder, 'out'))))
    }),
)
