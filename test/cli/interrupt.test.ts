/** Ctrl-C and its kin, as a terminal, npx and an impatient person send them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../../scenarios/result.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'

const LONG = 'name: long\nworkload: { ratePerSec: 2000, duration: 30m }\n'

/** Runs something long and sends the signals, each so many ms after the one before, once it has begun. */
async function interrupted(folder: string, signals: readonly (readonly [NodeJS.Signals, number])[], words = '') {
  const file = join(folder, 'long.yaml')
  writeFileSync(file, LONG)
  let begun = false
  const ended = await shell(`exec cli run ${file} --out ${folder}/out ${words}`, (stderr, kill) => {
    if (begun || !stderr.includes('long on sim')) return
    begun = true
    let atMs = 300
    for (const [signal, afterMs] of signals) setTimeout(() => kill(signal), (atMs += afterMs))
  })
  const path = join(folder, 'out/result.json')
  const result = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result) : null
  return { ...ended, result }
}

for (const signal of ['SIGTERM', 'SIGHUP'] as const)
  test(`${signal}: the partial result is written, exit 130`, { deadlineMs: SHELL_DEADLINE_MS }, () =>
    inFolder(async (folder) => {
      const { code, result } = await interrupted(folder, [[signal, 0]])
      assert.deepEqual([code, result?.complete], [130, false])
    }),
  )

test('a Ctrl-C that arrives three times within a tenth of a second is one', { deadlineMs: SHELL_DEADLINE_MS }, () =>
  inFolder(async (folder) => {
    const presses = [['SIGINT', 0] as const, ['SIGINT', 8] as const, ['SIGTERM', 60] as const]
    const { code, result, stdout } = await interrupted(folder, presses, '--json')
    assert.deepEqual([code, result?.complete], [130, false])
    // What is printed can be parsed all the same.
    assert.equal(typeof JSON.parse(stdout), 'object')
    assert.ok(!existsSync(join(folder, 'out/.quorumlab.lock')))
  }),
)

test('through npx and tsx, from a terminal: the partial result is written', { deadlineMs: SHELL_DEADLINE_MS }, () =>
  inFolder(async (folder) => {
    const file = join(folder, 'long.yaml')
    writeFileSync(file, LONG)
    const root = new URL('../..', import.meta.url)
    const words = ['tsx', 'cli.ts', 'run', file, '--out', join(folder, 'out')]
    // A terminal's foreground group: everybody in it hears the signal, and each passes it on.
    const child = spawn('npx', words, { cwd: root, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (!said.includes('long on sim') && (said += text).includes('long on sim'))
        setTimeout(() => process.kill(-child.pid!, 'SIGINT'), 300)
    })
    // npx ends before its child does: wait for the pipe that both hold.
    await new Promise((resolve) => child.stderr.once('close', resolve))
    assert.equal((JSON.parse(readFileSync(join(folder, 'out/result.json'), 'utf8')) as Result).complete, false)
  }),
)

test(
  'from a terminal, with nothing compiled yet: result and report are written',
  { deadlineMs: SHELL_DEADLINE_MS },
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'long.yaml')
      writeFileSync(file, LONG)
      const words = ['--import', 'tsx', 'cli.ts', 'run', file, '--out', join(folder, 'out')]
      // What tsx has compiled before is kept in the temporary folder; the compiler is a process of this group.
      const env = { ...process.env, TMPDIR: folder }
      const root = new URL('../..', import.meta.url)
      const child = spawn(process.execPath, words, {
        cwd: root,
        env,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const exited = once(child, 'exit')
      let said = ''
      let isPressed = false
      child.stderr.setEncoding('utf8').on('data', (text) => {
        said += text
        if (isPressed || !said.includes('long on sim')) return
        isPressed = true
        setTimeout(() => process.kill(-child.pid!, 'SIGINT'), 500)
      })
      assert.deepEqual(await exited, [130, null], said)
      assert.ok(existsSync(join(folder, 'out/report.html')))
    }),
)

test('a reader of stdout that leaves after a line ends nothing', { deadlineMs: SHELL_DEADLINE_MS }, () =>
  inFolder(async (folder) => {
    const { stdout, stderr } = await shell(
      `cli run healthy --quiet --out ${folder}/out | head -1; echo "\${PIPESTATUS[0]}"`,
    )
    assert.equal(stdout.trim().split('\n').at(-1), '0', stderr)
    assert.ok(existsSync(join(folder, 'out/report.html')))
  }),
)
