import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEmbedded } from '../../../scenarios/file/embedded.ts'
import { UsageError } from '../../../scenarios/file/errors.ts'
import { test } from '../../support/test.ts'

function reading(name: string, text: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-embedded-'))
  try {
    const file = join(folder, name)
    writeFileSync(file, text)
    return readEmbedded(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const RUN = { file: 'x.yaml', text: 'name: x\n', world: 'sim', seed: 3, trials: 2, digest: 'ab', quorumlab: '0.1.0' }
const page = (runs: unknown) => `<p>x</p><script type="application/json" id="runs">${JSON.stringify(runs)}</script>`

test('a report of one run holds it; of two, or of none, it is refused with what to do', () => {
  assert.deepEqual(reading('a.html', page([RUN])), RUN)
  const refused = (text: string, message: RegExp) =>
    assert.throws(
      () => reading('a.html', text),
      (error) => error instanceof UsageError && message.test(error.message),
    )
  refused(page([RUN, RUN]), /expected the report of one run, found 2 runs in it; run the result\.json of one of them/)
  refused('<p>hello</p>', /expected a report that holds its scenario/)
  refused(page([{ ...RUN, seed: 'x' }]), /expected a report that holds its scenario/)
})

test('a result of an earlier version says that it holds no scenario; other JSON is none of ours', () => {
  const result = {
    schema: 'quorumlab.result/1',
    world: 'sim',
    seed: 1,
    trials: [{}],
    digest: null,
    versions: { quorumlab: '0.1.0' },
  }
  assert.throws(
    () => reading('result.json', JSON.stringify({ ...result, scenario: { file: 'x.yaml' } })),
    /expected a result that holds its scenario, found one of an earlier version \(it ran x\.yaml\)/,
  )
  assert.equal(reading('other.json', '{"name": "x"}'), null)
  assert.equal(reading('broken.json', '{'), null)
  assert.equal(readEmbedded('nowhere.json'), null)
})
