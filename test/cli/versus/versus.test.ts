import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formsNamed } from '../../../cli/versus/forms.ts'
import { UsageError } from '../../../scenarios/file/errors.ts'
import type { Result } from '../../../scenarios/result.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'
import { thrownBy } from '../../support/thrown-by.ts'

const SHORT = `name: short
description: Who dies?
cluster: { nodes: 4 }
algorithms: { quorum: cabinet, failureThreshold: 1 }
workload: { ratePerSec: 100, duration: 2s, consistency: STRONG }
faults: [{ at: 1s, crash: source }]
checks: [acknowledged-writes-survive]
expect: { checks: pass }
`

test('two forms answer one question with the same seeds, and what one of them breaks is no failure', {
  deadlineMs: SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'short.yaml')
    writeFileSync(file, SHORT)
    const ran = await shell(`cli versus ${file} --trials 2 --json --out ${folder}/out`)
    assert.equal(ran.code, 0, ran.stderr)
    const resultIn = (name: string) => JSON.parse(readFileSync(join(folder, 'out', name), 'utf8')) as Result
    const [prototype, sound] = [resultIn('prototype.json'), resultIn('result.json')]
    assert.deepEqual([prototype.scenario.form, sound.scenario.form], ['prototype', 'sound'])
    const { timestamps, quorum, election } = sound.scenario.algorithms
    assert.deepEqual([timestamps, quorum, election], ['taas', 'cabinet', 'seer'])
    assert.equal(prototype.scenario.algorithms.quorum, 'cabinet-top')
    for (const { trials, world } of [prototype, sound]) {
      assert.equal(world, 'sim')
      assert.deepEqual(
        trials.map(({ seed }) => seed),
        [1, 2],
      )
    }
    const verdictOf = ({ checks }: Result, name: string) => checks.find((check) => check.name === name)?.verdict
    assert.equal(verdictOf(sound, 'acknowledged-writes-survive'), 'pass')
    assert.equal(verdictOf(sound, 'timestamps-ordered'), 'pass')
    assert.equal(verdictOf(prototype, 'timestamps-ordered'), 'fail')
    assert.ok(existsSync(join(folder, 'out', 'report.html')))
    const said = JSON.parse(ran.stdout) as { forms: { form: string; verdict: string }[]; comparisons: unknown[] }
    assert.deepEqual(
      said.forms.map(({ form, verdict }) => [form, verdict]),
      [
        ['prototype', 'fail'],
        ['sound', 'pass'],
      ],
    )
    assert.equal(said.comparisons.length, 1)
    assert.match(ran.stderr, /^ {2}timestamps-ordered +✗ fail +✓ pass$/m)
    assert.match(ran.stderr, /^ {2}sound, trial 2 of 2, seed 2$/m)
    // What one form did can be run again by itself.
    const again = await shell(`cli run ${folder}/out/result.json --trials 1 -q --out ${folder}/again`)
    assert.equal(again.code, 0, again.stderr)
    assert.match(again.stdout, new RegExp(`digest {2}${sound.digest}, the same as in `))
  })
})

test('forms are two or more that exist, each once', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['protoype,sound', /^--forms: expected prototype or sound, found "protoype"; did you mean prototype\?$/],
    ['sound', /^--forms: expected two forms or more, each once, such as prototype,sound, found "sound"$/],
    ['sound,sound', /^--forms: expected two forms or more, each once/],
  ]
  for (const [text, message] of wrong) {
    const error = thrownBy(() => formsNamed(text))
    assert.ok(error instanceof UsageError)
    assert.match(error.message, message)
  }
})

test('a shell completes scenarios and forms', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  const wordsAfter = async (line: string) =>
    (await shell(`cli --get-yargs-completions quorumlab versus ${line}`)).stdout.trim().split('\n')
  assert.ok((await wordsAfter('prim')).includes('primary-crash'))
  assert.deepEqual(await wordsAfter("primary-crash --forms ''"), ['prototype', 'sound'])
  assert.deepEqual(await wordsAfter('primary-crash --forms prototype,s'), ['prototype,prototype', 'prototype,sound'])
})
