/**
 * The runner is run on small folders, each with one of the traps in which a test runner says "fine" without having
 * looked. Its verdict is the exit code and the last line.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { test } from './test.ts'

const RUNNER = fileURLToPath(new URL('../run.ts', import.meta.url))
const HEAD = `import { test } from ${JSON.stringify(new URL('./test.ts', import.meta.url).href)}\n`
const DEADLINE_MS = 30_000

interface Verdict {
  readonly exitCode: number | undefined
  readonly output: string
  readonly lastLine: string
}

interface Options {
  readonly arguments?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the runner on a folder with these test files. */
async function verdictOn(files: Readonly<Record<string, string>>, options: Options = {}): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'quorumlab-runner-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    for (const [name, body] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), HEAD + body)
    }
    const words = ['--import', 'tsx', RUNNER, '--root', folder, ...(options.arguments ?? [])]
    const { exitCode, stdout, stderr } = await execa(process.execPath, words, {
      reject: false,
      timeout: DEADLINE_MS,
      env: { QUORUMLAB_NO_SKIP: '', QUORUMLAB_MAY_SKIP: '', ...options.env },
    })
    return { exitCode, output: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The run failed, with this last line, and said why. */
function assertFailed(verdict: Verdict, lastLine: string, reason: RegExp): void {
  assert.match(verdict.output, reason)
  assert.equal(verdict.lastLine, lastLine, verdict.output)
  assert.notEqual(verdict.exitCode, 0)
}

interface Trap {
  readonly title: string
  readonly body: string
  readonly reason: RegExp
}

/** Each is a file of one folder, and one failure of its run. */
const traps: readonly Trap[] = [
  {
    title: 'a failed assertion is shown with title, file, message and source line',
    body: `import assert from 'node:assert/strict'\ntest('sums', () => {\n  const total = 1 + 1\n  assert.equal(total, 3) // here\n})`,
    reason: /"sums"\n.*trap-0\.test\.ts\n[\s\S]*strictly equal[\s\S]*> +5 \| +assert\.equal\(total, 3\) \/\/ here/,
  },
  {
    title: 'a thrown string fails the test that threw it',
    body: `test('throws a string', () => { throw 'a string' })`,
    reason: /"throws a string"\n.*\n\s*threw a non-Error: 'a string'/,
  },
  {
    title: 'a thrown undefined fails the test that threw it',
    body: `test('throws undefined', () => { throw undefined })`,
    reason: /"throws undefined"\n.*\n\s*threw a non-Error: undefined/,
  },
  {
    title: 'the cause of an error is shown',
    body: `test('has a cause', () => { throw new Error('above', { cause: new Error('below') }) })`,
    reason: /"has a cause"\n.*\n\s*above\n[\s\S]*caused by below/,
  },
  {
    title: 'a rejection that nobody handles fails the test that left it',
    body: `test('leaves one', async () => { Promise.reject(new Error('left behind')) })`,
    reason: /"leaves one"\n.*\n\s*a rejection that nobody handled\s+caused by left behind/,
  },
  {
    title: 'an exception thrown in a timer fails the test that waits',
    body: `test('waits', () => new Promise(() => { setTimeout(() => { throw new Error('in a timer') }, 5) }))`,
    reason: /"waits"\n.*\n\s*an exception outside of the test\s+caused by in a timer/,
  },
  {
    title: 'a promise that never settles fails at its deadline',
    body: `test('hangs', { deadlineMs: 100 }, () => new Promise(() => {}))`,
    reason: /"hangs"\n.*\n\s*not finished after its deadline of 100 ms/,
  },
  {
    title: 'a generator instead of a test body fails, because nothing of it ran',
    body: `test('generator', function* () { yield 1 })`,
    reason: /"generator"\n.*\n\s*the test returned a generator/,
  },
  {
    title: 'a test declared inside of a test fails',
    body: `test('outer', () => { test('inner', () => {}) })`,
    reason: /"outer"\n.*\n\s*test "inner" is declared too late/,
  },
  {
    title: 'a file that throws while it is imported fails the run',
    body: `test('declared', () => {})\nthrow new Error('broken file')`,
    reason: /trap-9\.test\.ts cannot be used\s+broken file/,
  },
  {
    title: 'a file without any test fails the run',
    body: '',
    reason: /trap-10\.test\.ts cannot be used\s+the file declares no test/,
  },
]

let trapsRun: Promise<Verdict> | null = null

/** All of them in one run, which the tests below share: it starts with whichever comes first. */
function verdictOnTraps(): Promise<Verdict> {
  const files = traps.map((trap, index) => [`trap-${index}.test.ts`, trap.body])
  trapsRun ??= verdictOn({ ...Object.fromEntries(files), 'z.test.ts': `test('goes on', () => {})` })
  return trapsRun
}

for (const trap of traps)
  test(trap.title, { deadlineMs: DEADLINE_MS }, async () => {
    assert.match((await verdictOnTraps()).output, trap.reason)
  })

test('every failure is counted, and the tests after it still run', { deadlineMs: DEADLINE_MS }, async () => {
  assertFailed(await verdictOnTraps(), `1 passed, ${traps.length} failed, 0 skipped`, /z\.test\.ts\n• +\(1 \/ 1\)/)
})

test('a loop without end is stopped from outside', { deadlineMs: DEADLINE_MS }, async () => {
  const body = `test('fine', () => {})\ntest('spins', { deadlineMs: 100 }, () => { for (;;); })`
  const verdict = await verdictOn({ 'one.test.ts': body })
  assertFailed(verdict, '1 passed, 1 failed, 0 skipped', /one\.test\.ts: spins\nblocked the thread/)
})

test('a test that ends the process with code 0 fails the run', { deadlineMs: DEADLINE_MS }, async () => {
  const body = `test('fine', () => {})\ntest('leaves', () => { process.exit(0) })\ntest('never seen', () => {})`
  const verdict = await verdictOn({ 'one.test.ts': body })
  assertFailed(verdict, '1 passed, 1 failed, 0 skipped', /the process ended during: .*: leaves/)
})

test('a timer that a test leaves behind fails the run', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn({ 'one.test.ts': `test('leaves a timer', () => { setInterval(() => {}, 1000) })` })
  assertFailed(verdict, '1 passed, 1 failed, 0 skipped', /still open after the last test: .*Timeout/)
})

test('tests behind a top-level await are run', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn({
    'late.test.ts': `await new Promise((resolve) => setTimeout(resolve, 50))\ntest('late', () => {})`,
  })
  assert.equal(verdict.lastLine, '1 passed, 0 failed, 0 skipped')
  assert.equal(verdict.exitCode, 0)
})

test('there are no hooks, no only and no skip to leave in', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn({
    'one.test.ts': `const names = ['only', 'skip', 'before', 'after', 'run'].filter((name) => name in test)
      test('none', () => { if (names.length > 0) throw new Error('there is ' + names) })`,
  })
  assert.equal(verdict.lastLine, '1 passed, 0 failed, 0 skipped', verdict.output)
})

test('a pattern chooses files by a part of their path', { deadlineMs: DEADLINE_MS }, async () => {
  const files = { 'a/one.test.ts': `test('a', () => {})`, 'b/two.test.ts': `test('b', () => { throw new Error('b') })` }
  const verdict = await verdictOn(files, { arguments: ['a/one'] })
  assert.equal(verdict.lastLine, '1 passed, 0 failed, 0 skipped')
  assert.equal(verdict.exitCode, 0)
})

test('a pattern that matches no file fails beside one that does', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn({ 'one.test.ts': `test('a', () => {})` }, { arguments: ['one', 'on-holiday'] })
  assertFailed(verdict, '1 passed, 1 failed, 0 skipped', /no test file has "on-holiday" in its path/)
})

test('a folder without tests fails', { deadlineMs: DEADLINE_MS }, async () => {
  assertFailed(await verdictOn({ 'notes.ts': '' }), '0 passed, 1 failed, 0 skipped', /no test ran/)
})

test('a misspelt option is not taken for a pattern', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn({ 'one.test.ts': `test('a', () => {})` }, { arguments: ['--whithout-needs'] })
  assert.notEqual(verdict.exitCode, 0)
  assert.match(verdict.output, /--whithout-needs/)
})

const NEEDY = {
  'one.test.ts': `test('plain', () => {})\ntest('needy', { needs: 'mysql' }, () => {})`,
}
const WITHOUT_MYSQL = { QUORUMLAB_MYSQLD: '/nowhere/mysqld' }
/** Anything that answers --version with 0 is taken for the need. */
const WITH_MYSQL = { QUORUMLAB_MYSQLD: process.execPath }

test('a test without its need is skipped, and one line says for want of what', {
  deadlineMs: DEADLINE_MS,
}, async () => {
  const verdict = await verdictOn(NEEDY, { env: WITHOUT_MYSQL })
  assert.equal(verdict.lastLine, '1 passed, 0 failed, 1 skipped')
  assert.equal(verdict.exitCode, 0)
  assert.equal(verdict.output.match(/^skipped: 1 for want of mysql/gm)?.length, 1, verdict.output)
})

test('with QUORUMLAB_NO_SKIP=1 a missing need is a failure', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn(NEEDY, { env: { ...WITHOUT_MYSQL, QUORUMLAB_NO_SKIP: '1' } })
  assertFailed(verdict, '1 passed, 1 failed, 0 skipped', /"needy"[\s\S]*QUORUMLAB_NO_SKIP is set/)
})

test('QUORUMLAB_MAY_SKIP excepts a need from that', { deadlineMs: DEADLINE_MS }, async () => {
  const env = { ...WITHOUT_MYSQL, QUORUMLAB_NO_SKIP: '1', QUORUMLAB_MAY_SKIP: 'docker, mysql' }
  const verdict = await verdictOn(NEEDY, { env })
  assert.equal(verdict.lastLine, '1 passed, 0 failed, 1 skipped')
  assert.equal(verdict.exitCode, 0)
})

test('--only-needs and --without-needs split the tests between them', { deadlineMs: DEADLINE_MS }, async () => {
  const only = await verdictOn(NEEDY, { env: WITH_MYSQL, arguments: ['--only-needs', 'mysql'] })
  const without = await verdictOn(NEEDY, { env: WITHOUT_MYSQL, arguments: ['--without-needs'] })
  const both = await verdictOn(NEEDY, { env: WITH_MYSQL })
  assert.equal(only.lastLine, '1 passed, 0 failed, 0 skipped', only.output)
  assert.equal(without.lastLine, '1 passed, 0 failed, 0 skipped', without.output)
  assert.equal(both.lastLine, '2 passed, 0 failed, 0 skipped', both.output)
})

test('--only-needs fails where no test has that need', { deadlineMs: DEADLINE_MS }, async () => {
  const verdict = await verdictOn(NEEDY, { arguments: ['--only-needs', 'docker'] })
  assertFailed(verdict, '0 passed, 1 failed, 0 skipped', /no test ran/)
})
