import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ScenarioError } from '../../../scenarios/file/errors.ts'
import { type FailureFile, failureText, readFailure } from '../../../scenarios/file/failure-file.ts'
import { test } from '../../support/test.ts'

const FAILURE: FailureFile = {
  schema: 'quorumlab.failure/1',
  quorumlab: '0.1.0',
  check: 'timestamps-unique',
  detail: '1 of 7 timestamps had been given out before',
  evidence: ['1@1 was given to write 1 and to write 9'],
  seed: 1,
  scenario: { name: 'x', faults: [{ at: '1s', crash: 'timestamp-1' }] },
  digest: '2f884ebac9ca971e',
  explanation: ['1.000 s  crash timestamp-1'],
  found: { file: 'swarm.yaml', seed: 17 },
}

function withFile(text: string, body: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-test-'))
  try {
    const path = join(folder, 'failure.json')
    writeFileSync(path, text)
    body(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('what is saved is what is read', () => {
  withFile(failureText(FAILURE), (path) => assert.deepEqual(readFailure(path), FAILURE))
})

test('a file that is no failure is refused with its place, and what was expected', () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /:1:1: an empty file/],
    ['[]', /:1:1: not a scenario|expected a mapping/],
    [
      failureText(FAILURE).replace('quorumlab.failure/1', 'quorumlab.result/1'),
      /:2:13: wrong value for schema, expected quorumlab.failure\/1/,
    ],
    [failureText(FAILURE).replace('"seed": 1,', '"seed": -1,'), /:9:11: wrong value for seed, expected a whole number/],
    [failureText(FAILURE).replace('"check"', '"chek"'), /check/],
    ['{ "schema": ', /not YAML/],
  ]
  for (const [text, message] of bad)
    withFile(text, (path) =>
      assert.throws(
        () => readFailure(path),
        (error) => error instanceof ScenarioError && message.test(error.message),
        text,
      ),
    )
})
