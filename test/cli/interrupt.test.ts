/** Ctrl-C and its kin, as a terminal, npx and an impatient person send them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../../scenarios/result.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'

const LONG = 'name: long\nworkload: { ratePerSec: 2000, duration: 30m }\n'

const CACHE = `tsx-${process.getuid?.() ?? ''}`

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

/** Starts it in a group of its own, as a terminal does, whose members all hear the signal that `press` sends. Settles when nobody holds its pipe. */
async function inForeground(
  words: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  press: (signal: () => void) => void,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const [program, ...rest] = words
  const cwd = new URL('../..', import.meta.url)
  const child = spawn(program, rest, { cwd, env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  let isPressed = false
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
    if (isPressed || !said.includes('long on sim')) return
    isPressed = true
    press(() => process.kill(-child.pid!, 'SIGINT'))
  })
  const [[code]] = await Promise.all([once(child, 'exit'), once(child.stderr, 'close')])
  return { code: code as number | null, said }
}

/** tsx kills a program that does not answer it within two times 30 ms, which on a busy machine may be any program. */
const TRIES = 5

test(
  'through npx and tsx, from a terminal: the partial result is written',
  { deadlineMs: TRIES * SHELL_DEADLINE_MS },
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'long.yaml')
      writeFileSync(file, LONG)
      const out = join(folder, 'out')
      const words = ['npx', 'tsx', 'cli.ts', 'run', file, '--out', out] as const
      let said = ''
      for (let tries = 0; tries < TRIES && !existsSync(join(out, 'result.json')); tries++)
        said += (await inForeground(words, process.env, (signal) => setTimeout(signal, 300))).said
      assert.ok(existsSync(join(out, 'result.json')), said)
      assert.equal((JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result).complete, false)
    }),
)

test(
  'from a terminal, with nothing compiled before: result and report are written',
  { deadlineMs: 2 * SHELL_DEADLINE_MS },
  () =>
    inFolder(async (folder) => {
      // tsx keeps what it has compiled in the temporary folder; the compiler is a process of this group and dies of the signal.
      const run = async (name: string, text: string, press: (signal: () => void, compiled: () => number) => void) => {
        const place = join(folder, name)
        mkdirSync(place)
        writeFileSync(join(place, 'long.yaml'), text)
        const compiled = () => (readdirSync(place).includes(CACHE) ? readdirSync(join(place, CACHE)).length : 0)
        const words = ['--import', 'tsx', 'cli.ts', 'run', join(place, 'long.yaml'), '--out', join(place, 'out')]
        const env = { ...process.env, TMPDIR: place }
        const ended = await inForeground([process.execPath, ...words], env, (signal) => press(signal, compiled))
        return { ...ended, compiled: compiled(), report: join(place, 'out/report.html') }
      }
      const whole = await run('whole', LONG.replace('30m', '1s, warmup: 0s'), () => {})
      assert.equal(whole.code, 0, whole.said)
      assert.ok(whole.compiled > 100)
      // All that a whole run compiles, to its report, is compiled while it begins.
      const pressed = await run('pressed', LONG, (signal, compiled) => {
        const timer = setInterval(() => {
          if (compiled() < whole.compiled) return
          clearInterval(timer)
          signal()
        }, 50)
      })
      assert.equal(pressed.code, 130, pressed.said)
      assert.ok(existsSync(pressed.report))
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
