import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../scenarios/result.ts'
import { BAD_FILES } from './scenarios/file/bad-files.ts'
import { type Ended, inFolder, SHELL_DEADLINE_MS, shell } from './support/shell.ts'
import { test } from './support/test.ts'

const FIXTURES = 'test/fixtures/scenarios'

function resultIn(folder: string): Result {
  return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
}

/** The program's CPU time, which a busy machine does not stretch much. */
async function timed(line: string): Promise<Ended & { readonly cpuSeconds: number }> {
  const ended = await shell(`TIMEFORMAT='cpu %U %S'; time ${line}`)
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(ended.stderr)!
  return { ...ended, stderr: ended.stderr.replace(/cpu [\d. ]+\s*$/, ''), cpuSeconds: Number(user) + Number(system) }
}

const BAD = [
  'unknown-key.yaml',
  'wrong-unit.yaml',
  'impossible-target.yaml',
  'negative-rate.yaml',
  'empty.yaml',
  'not-yaml.yaml',
  'binary.yaml',
  'alias-bomb.yaml',
  'fault-after-end.yaml',
  'undo-without-do.yaml',
  'key-twice.yaml',
]

test('a bad scenario file: exit 2, one message with its place, within a second', { deadlineMs: 180_000 }, async () => {
  await inFolder(async (folder) => {
    const big = join(folder, 'big.yaml')
    writeFileSync(big, `name: x\n${'# a line\n'.repeat(40_000)}`)
    const deep = join(folder, 'deep.yaml')
    writeFileSync(deep, `name: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    const files: [string, string][] = BAD.map((file) => [`${FIXTURES}/${file}`, String(BAD_FILES[file])])
    files.push([big, '1:1: a file too large for a scenario, expected at most 262144 bytes, found 360008'])
    files.push([deep, '1:71: too deeply nested, expected at most 32 levels, found more'])
    const { cpuSeconds: startUp } = await timed('cli explain healthy')
    for (const [file, message] of files) {
      const { code, stdout, stderr, cpuSeconds } = await timed(`cli run ${file} --on sim`)
      assert.equal(stderr.trimEnd(), `${file}:${message}`)
      assert.equal(code, 2, file)
      assert.equal(stdout, '')
      assert.ok(cpuSeconds - startUp < 1, `${file}: ${cpuSeconds} s, of which ${startUp} s are start-up`)
    }
  })
})

test('wrong usage: exit 2, and what was expected and found', { deadlineMs: 180_000 }, async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /^expected a command, found none$/m],
    ['ru primary-crash', /found ru; did you mean run\?$/m],
    ['run', /^run: expected 1 argument, found 0$/m],
    ['run primary-carsh', /did you mean primary-crash\?$/m],
    ['run healthy --sed 3', /^unknown argument sed; did you mean seed\?$/m],
    ['run healthy again', /^unknown argument again$/m],
    ['run healthy --seed abc', /^--seed: expected a whole number from 0 to \d+, found "abc"$/m],
    ['run healthy --seed NaN', /found "NaN"$/m],
    ['run healthy --seed -1', /found "-1"$/m],
    ['run healthy --seed 1 --seed 2', /^--seed: expected one value, found it more than once$/m],
    ['run healthy --trials 0', /^--trials: expected a whole number from 1 to 1000, found "0"$/m],
    ['run healthy --on attach', /^--on: expected sim, local, docker, found "attach" \(planned and not there yet\)$/m],
    ['run healthy --quiet --verbose', /^expected --quiet or --verbose, found both$/m],
    ['run healthy --out package.json', /^package\.json: expected a folder that can be written to/m],
    [
      'compare package.json package.json',
      /^package\.json: expected a quorumlab result \(schema quorumlab\.result\/1\)/m,
    ],
    ['compare nowhere nowhere', /^nowhere: expected a result\.json that a run has written, found no such file$/m],
  ]
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await shell(`cli ${words}`)
    assert.match(stderr, message, words)
    assert.doesNotMatch(stderr, /^ {4}at /m, 'no stack')
    assert.equal(code, 2, words)
    assert.equal(stdout, '', words)
  }
})

test('the help of every command fits a screen and has two examples', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  for (const command of ['run', 'compare', 'list', 'explain', 'status', 'down', 'schema']) {
    const { code, stdout } = await shell(`cli ${command} --help`)
    assert.equal(code, 0)
    assert.equal(
      stdout.split('\nExamples:\n')[1]?.match(/npx quorumlab /g)?.length ?? 0,
      command === 'status' || command === 'down' ? 3 : 2,
      command,
    )
    assert.ok(stdout.split('\n').length < 40, command)
  }
})

test('a run writes its result and report, and says how to repeat it', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  await inFolder(async (folder) => {
    const { code, stdout, stderr } = await shell(`cli run primary-crash --on sim --seed 3 --out ${folder}`)
    assert.equal(code, 0, stderr)
    assert.match(stdout, new RegExp(`report {2}${folder}/report.html`))
    assert.match(stdout, /replay {2}npx quorumlab run primary-crash --on sim --seed 3$/m)
    assert.match(stdout, /✓ pass {2}acknowledged-writes-survive: /)
    assert.match(stderr, /^primary-crash on sim, seed 3/m)
    assert.match(stderr, /10\.000 s {2}crash node1 \(source\)/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no terminal, so no escape sequence.
    assert.doesNotMatch(stdout + stderr, /\x1b/)
    const result = resultIn(folder)
    assert.equal(result.schema, 'quorumlab.result/1')
    assert.equal(result.seed, 3)
    assert.equal(result.complete, true)
    assert.ok(existsSync(join(folder, 'report.html')))
  })
})

test('--json prints the summary with verdict, checks and expectations, and the same seed gives the same bytes', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')]
    const first = await shell(`cli run odd-even-inversion --json --quiet --out ${a}`)
    const second = await shell(`cli run odd-even-inversion --out ${b}`)
    // The check for order fails, as the scenario expects it to.
    assert.equal(first.code, 0)
    assert.equal(second.code, 0)
    assert.equal(first.stderr, '')
    const { verdict, reasons, checks, expectations, seeds, complete, scenario, world, ...summary } = JSON.parse(
      first.stdout,
    )
    assert.deepEqual(summary, resultIn(a).summary)
    assert.deepEqual(
      [verdict, reasons, seeds, complete, scenario, world],
      ['pass', [], [1], true, 'odd-even-inversion', 'sim'],
    )
    assert.deepEqual([checks, expectations], [resultIn(a).checks, resultIn(a).expectations])
    assert.equal(resultIn(a).checks.find(({ name }) => name === 'timestamps-ordered')?.verdict, 'fail')
    const { startedAt: _a, machine: _ma, ...timelessA } = resultIn(a)
    const { startedAt: _b, machine: _mb, ...timelessB } = resultIn(b)
    assert.deepEqual(timelessA, timelessB)
    const compared = await shell(`cli compare ${a} ${b}/result.json --out ${folder}/both`)
    assert.equal(compared.code, 0, compared.stderr)
    assert.match(compared.stdout, /throughputOpsPerSec/)
    assert.ok(existsSync(join(folder, 'both', 'report.html')))
  })
})

test('an expectation that does not hold: exit 1', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'greedy.yaml')
    writeFileSync(
      file,
      'name: greedy\nworkload: { ratePerSec: 50, duration: 2s }\nexpect: { throughputOpsPerSec: "> 1000" }\n',
    )
    const { code, stdout } = await shell(`cli run ${file} --out ${folder}/out`)
    assert.equal(code, 1)
    assert.match(stdout, /✗ fail {2}expected throughputOpsPerSec > 1000: /)
    const json = await shell(`cli run ${file} --trials 2 --json --quiet --out ${folder}/out`)
    assert.equal(json.code, 1)
    const { verdict, reasons, checks, expectations } = JSON.parse(json.stdout)
    assert.equal(verdict, 'fail')
    assert.deepEqual(
      reasons.map((reason: { of: string; name: string }) => [reason.of, reason.name]),
      [['expectation', 'throughputOpsPerSec']],
    )
    assert.match(
      reasons[0].text,
      /^expected throughputOpsPerSec > 1000: \d+(\.\d+)? in seed [12], missed in 2 of 2.trials$/,
    )
    assert.deepEqual([checks.length, expectations.length], [4, 1])
  })
})

test('--expect judges one more number, and an unknown path lists those there are', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'short.yaml')
    writeFileSync(file, 'name: short\nworkload: { ratePerSec: 50, duration: 1s }\nexpect: { operations.ok: "> 1" }\n')
    const run = (expect: string) => shell(`cli run ${file} --trials 2 --quiet --expect '${expect}' --out ${folder}/out`)
    const held = await run('median(operations.ok) > 10')
    assert.equal(held.code, 0, held.stderr)
    assert.match(held.stdout, /pass {2}expected median\(operations\.ok\) > 10: \d+/)
    assert.match(held.stdout, /replay .* --expect 'median\(operations\.ok\) > 10'$/m)
    assert.equal((await run('operations.ok: < 1')).code, 1)
    const unknown = await run('operations.fialed: < 1')
    assert.equal(unknown.code, 2)
    assert.match(
      unknown.stderr,
      /^--expect:1:1: unknown number in expect, .*operations\.\{failed, .*did you mean operations\.failed\?/,
    )
    assert.match((await run('nonsense')).stderr, /^--expect: expected PATH: LIMIT, /)
  })
})

test('trials use the seeds that follow', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'short.yaml')
    writeFileSync(file, 'name: short\nworkload: { ratePerSec: 50, duration: 1s }\n')
    const { code } = await shell(`cli run ${file} --trials 3 --seed 5 --quiet --out ${folder}/out`)
    assert.equal(code, 0)
    assert.deepEqual(
      resultIn(join(folder, 'out')).trials.map(({ seed }) => seed),
      [5, 6, 7],
    )
  })
})

test('Ctrl-C: the partial result is written and says so, exit 130', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'long.yaml')
    writeFileSync(file, 'name: long\nworkload: { ratePerSec: 2000, duration: 30m }\n')
    let sent = false
    // `exec`, so that the signal reaches the program and not a shell around it.
    const { code, stdout } = await shell(`exec cli run ${file} --out ${folder}/out`, (stderr, kill) => {
      if (sent || !stderr.includes('long on sim')) return
      sent = true
      kill('SIGINT')
    })
    assert.equal(code, 130)
    assert.match(stdout, /interrupted: what follows is a part of the run/)
    assert.equal(resultIn(join(folder, 'out')).complete, false)
  })
})

test('a reader that leaves early is no failure', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  const { code, stderr, stdout } = await shell(`cli schema | true; echo "\${PIPESTATUS[0]}"`)
  assert.equal(stderr, '')
  assert.equal(stdout, '0\n')
  assert.equal(code, 0)
})

test('no room for the report: the result is kept, the message says where, exit 3', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    // No file may grow beyond 200 kB: a report is larger, a result is not.
    const { code, stderr } = await shell(`ulimit -f 200; cli run odd-even-inversion --quiet --out ${folder}/out`)
    assert.equal(code, 3, stderr)
    assert.match(
      stderr,
      new RegExp(`${folder}/out/report.html could not be written .*; the result is ${folder}/out/result.json`),
    )
    assert.equal(resultIn(join(folder, 'out')).complete, true)
    assert.equal(existsSync(join(folder, 'out', 'report.html.partial')), false)
  })
})

test('what real servers need and lack is said: exit 3', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  await inFolder(async (folder) => {
    const none = await shell(`cli run primary-crash --on local --mysqld ${folder}/mysqld --out ${folder}/out`)
    assert.equal(none.code, 3, none.stderr)
    assert.match(none.stderr, /apt install mysql-server-core/)
    const file = join(folder, 'stalled.yaml')
    writeFileSync(
      file,
      'name: stalled\nworkload: { duration: 4s, warmup: 1s }\nfaults:\n  - { at: 2s, stall-disk: node1 }\n',
    )
    const stalled = await shell(`PATH=${folder} cli run ${file} --on local --out ${folder}/out`)
    assert.equal(stalled.code, 3, stalled.stderr)
    assert.match(
      stalled.stderr,
      /stalled\.yaml:4: `stall-disk` cannot be done on this machine: .*strace.*\nInstall strace/,
    )
  })
})

test('the completion script is valid and knows the commands and scenarios', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  const complete = (words: string) =>
    shell(
      `eval "$(cli completion)"; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _quorumlab; echo "\${COMPREPLY[@]}"`,
    )
  const commands = await complete('quorumlab comp')
  assert.equal(commands.stderr, '')
  assert.match(commands.stdout, /compare/)
  const names = await complete('quorumlab run primary')
  assert.equal(names.stdout, 'primary-crash\n')
  const paths = await complete('quorumlab run primary-crash --expect operations.uns')
  assert.equal(paths.stdout, 'operations.unsent operations.unsentShare\n')
  const aggregates = await complete("quorumlab run primary-crash --expect 'mean(operations.unsent)'")
  assert.equal(aggregates.stdout, 'mean\\(operations.unsent\\)\n')
})
